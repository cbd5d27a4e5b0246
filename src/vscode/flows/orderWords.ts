import { type TopicPartition, topicPartitionText } from "#base/topicPartition.ts";
import type { SeekTarget, SessionPartitionSummary } from "#host/channel/sessionRequests.ts";

/** Where a seek came to stand, and why that is elsewhere than was asked for: a log has a beginning and an end. */
export function movedText(
  target: SeekTarget,
  moved: readonly (TopicPartition & { readonly from: bigint | undefined; readonly to: bigint })[],
): string {
  const said = moved.map((each) => {
    const wanted = wantedOffset(target, each.from);
    return `${topicPartitionText(each)} to ${offsetText(each.to)}${limitText(wanted, each.to)}`;
  });
  return `Moved ${said.join(", ")}.`;
}

function wantedOffset(target: SeekTarget, from: bigint | undefined): bigint | undefined {
  if (target.kind === "offset") return target.offset;
  return target.kind === "step" && from !== undefined ? from + target.by : undefined;
}

function limitText(wanted: bigint | undefined, to: bigint): string {
  if (wanted === undefined || wanted === to) return "";
  return wanted > to
    ? `, where the log ends (not ${offsetText(wanted)})`
    : `, where the log begins (not ${offsetText(wanted)})`;
}

/** Why a poll delivered nothing. */
export function emptyPollText(partitions: readonly SessionPartitionSummary[]): string {
  return `Poll returned nothing: ${whyNothing(partitions)}.`;
}

function whyNothing(partitions: readonly SessionPartitionSummary[]): string {
  if (partitions.length === 0) return "no partition is assigned";
  const going = partitions.filter(({ paused, halted }) => !paused && !halted);
  const paused = partitions.filter((each) => each.paused).length;
  if (paused === partitions.length) return "every partition is paused";
  if (going.length === 0) return `every partition that is not paused stands before a corrupt batch`;
  const isAtEnd = going.every(
    ({ position, highWatermark }) => position !== undefined && position === highWatermark,
  );
  const where = going.length === partitions.length ? "" : " in the partitions that go on";
  return isAtEnd ? `nothing new has come${where}` : `nothing has been fetched yet${where}`;
}

function offsetText(offset: bigint): string {
  return offset.toLocaleString("en");
}
