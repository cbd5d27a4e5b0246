import { topicPartitionText } from "#base/topicPartition.ts";
import type { OffsetToCommit, SessionPartitionSummary } from "#host/channel/sessionRequests.ts";
import { askPick, askText } from "../ui/ask.ts";
import { checkOffset } from "./validation.ts";

const title = "Commit an offset";

function offsetText(offset: bigint | undefined): string {
  return offset?.toLocaleString("en") ?? "–";
}

/** Which partition, which offset, and a note with it; undefined when the user gave up. */
export async function askOffset(
  partitions: readonly SessionPartitionSummary[],
): Promise<OffsetToCommit | undefined> {
  const [only] = partitions;
  const answer =
    only && partitions.length === 1
      ? { choice: only }
      : await askPick<SessionPartitionSummary>({
          title,
          placeholder: "Of which partition?",
          choices: partitions.map((each) => ({
            choice: each,
            label: topicPartitionText(each),
            description: `position ${offsetText(each.position)} · committed ${offsetText(each.committedOffset)} · end ${offsetText(each.highWatermark)}`,
          })),
        });
  if (typeof answer === "string") return undefined;
  const { topic, partition, position, committedOffset } = answer.choice;
  const offset = await askText({
    title: `${title} · ${topicPartitionText(answer.choice)}`,
    prompt: `The first offset the group has not dealt with; committed now: ${committedOffset?.toLocaleString("en") ?? "nothing"}`,
    value: position?.toString() ?? "",
    validate: checkOffset,
  });
  if (typeof offset === "string") return undefined;
  const metadata = await askText({
    title: `${title} · ${topicPartitionText(answer.choice)} at ${offset.text.trim()}`,
    prompt: "A note kept with it, for people; may stay empty",
  });
  if (typeof metadata === "string") return undefined;
  return {
    topic,
    partition,
    offset: BigInt(offset.text.trim()),
    metadata: metadata.text === "" ? undefined : metadata.text,
  };
}
