import { topicPartitionText } from "#base/topicPartition.ts";
import type { SessionModel } from "#model/model.ts";
import { countText } from "#model/words.ts";

type Note = SessionModel["bufferHistory"]["notes"][number];

/** Partitions that were paused, or resumed, together. */
export interface BufferNote {
  readonly at: number;
  /** `pause orders-3`, `resume 9 partitions` */
  readonly text: string;
}

/** One order reaches many partitions: what it did is told within this time. */
const togetherMs = 50;

/** What was done to partitions by one order is said once. */
export function bufferNotes({ bufferHistory }: Pick<SessionModel, "bufferHistory">): readonly BufferNote[] {
  const groups: [Note, ...Note[]][] = [];
  for (const note of bufferHistory.notes) {
    const group = groups.at(-1);
    const isSame = group?.[0].what === note.what && note.at - group[0].at <= togetherMs;
    if (isSame) group.push(note);
    else groups.push([note]);
  }
  return groups.map((group) => ({ at: group[0].at, text: textOf(group) }));
}

function textOf(notes: readonly [Note, ...Note[]]): string {
  const [first] = notes;
  return notes.length === 1
    ? `${first.what} ${topicPartitionText(first)}`
    : `${first.what} ${countText(notes.length)} partitions`;
}
