import { topicPartitionText } from "#base/topicPartition.ts";
import type { SkipPreview, SkippedPartition, SkipTarget } from "#host/channel/sessionRequests.ts";

/** `1,204` */
function count(value: bigint | number): string {
  return value.toLocaleString("en");
}

/** `61 KB`, near enough to decide by. */
function bytes(value: number): string {
  if (value < 1_000) return `${value} B`;
  return value < 1_000_000 ? `${Math.round(value / 1_000)} KB` : `${(value / 1_000_000).toFixed(1)} MB`;
}

/** One partition of a preview: where from, where to, how much that is and how much of it is here. */
export function previewLine(preview: SkipPreview): { readonly label: string; readonly description: string } {
  const { from, to, records, bufferedRecords, bufferedBytes } = preview;
  const label = `${topicPartitionText(preview)}  ${from === undefined ? "–" : count(from)} → ${count(to)}`;
  if (records === 0n) return { label, description: "nothing to skip" };
  const buffered =
    bufferedRecords === 0 ? "none buffered" : `${count(bufferedRecords)} buffered (${bytes(bufferedBytes)})`;
  const parts = [
    records === undefined
      ? "how many is not known"
      : `${count(records)} ${records === 1n ? "offset" : "offsets"}`,
    buffered,
    preview.bytes === undefined || bufferedBytes === preview.bytes
      ? undefined
      : `${bytes(preview.bytes)} in all`,
  ];
  return { label, description: parts.filter((part) => part !== undefined).join(" · ") };
}

/** Whether every partition stands where the skip would lead already. */
export function isNothingToSkip(previews: readonly SkipPreview[]): boolean {
  return previews.every(({ from, to }) => from === to);
}

/** `Skip to the end · at most 1,044 records, and what arrives until then, will not be delivered` */
export function previewTitle(previews: readonly SkipPreview[], to: SkipTarget): string {
  const total = previews.reduce((sum, { records }) => sum + (records ?? 0n), 0n);
  const records = total === 1n ? "1 record" : `at most ${count(total)} records`;
  const what = to.kind === "end" ? `${records}, and what arrives until then,` : records;
  return `${skipTitle(to)} · ${what} will not be delivered`;
}

export function skipTitle(to: SkipTarget): string {
  return to.kind === "end" ? "Skip to the end" : `Skip to ${new Date(to.timestampMs).toLocaleString()}`;
}

/** What was done: `Skipped orders-0 to 402, orders-1 to 77.` */
export function skippedText(skipped: readonly SkippedPartition[]): string {
  const moved = skipped.filter(({ from, to }) => from !== to);
  if (moved.length === 0) return "Nothing was skipped: the position was there already.";
  const named = moved.slice(0, 4).map((each) => `${topicPartitionText(each)} to ${count(each.to)}`);
  const more = moved.length > 4 ? ` and ${moved.length - 4} more` : "";
  const counted = moved.flatMap(({ records }) => (records === undefined ? [] : [records]));
  const dropped = counted.reduce((sum, records) => sum + records, 0);
  const exactly =
    counted.length === 0
      ? ""
      : ` ${count(dropped)} ${dropped === 1 ? "record was" : "records were"} discarded.`;
  return `Skipped ${named.join(", ")}${more}.${exactly}`;
}
