import { groupByTopic, type TopicPartition, ungroupTopics } from "#base/topicPartition.ts";
import { attempt } from "#protocol/attempt.ts";
import { array, arrayOf } from "#protocol/schema/array.ts";
import { string } from "#protocol/schema/blobs.ts";
import { int32 } from "#protocol/schema/primitives.ts";
import { Reader } from "#protocol/wire/reader.ts";
import { Writer } from "#protocol/wire/writer.ts";
import type { AssignorSelf } from "./assignor.ts";
import type { Claim } from "./stickyClaims.ts";

const noGeneration = -1;
const int32Bytes = 4;

const assignment = arrayOf({ topic: string, partitions: array(int32) }).codec({
  version: 0,
  flexible: false,
});

/** The user data of a cooperative-sticky member, as Java writes it: the generation as int32, -1 when it has none. */
export function generationUserData(generationId: number | undefined): Uint8Array {
  const writer = new Writer(int32Bytes);
  writer.int32(generationId ?? noGeneration);
  return writer.finish();
}

/** The generation in such user data; undefined when there is none. */
export function readGeneration(userData: Uint8Array | null | undefined): number | undefined {
  if (!userData || userData.byteLength < int32Bytes) return undefined;
  return readInt32(new Reader(userData));
}

/**
 * The user data of a sticky member (KIP-54): what it was assigned last, and in which generation (KIP-341); nothing
 * before its first assignment.
 */
export function assignmentUserData({ assigned, generationId }: AssignorSelf): Uint8Array | null {
  if (generationId === undefined) return null;
  const writer = new Writer();
  assignment.write(writer, groupByTopic(assigned));
  writer.int32(generationId);
  return writer.finish();
}

/** What such user data claims; v0 had no generation. What cannot be read claims nothing. */
export function readAssignmentClaim(userData: Uint8Array | null | undefined): Claim {
  const nothing: Claim = { partitions: [], generationId: undefined };
  if (!userData || userData.byteLength === 0) return nothing;
  const read = attempt((): Claim => {
    const reader = new Reader(userData);
    const partitions: readonly TopicPartition[] = ungroupTopics(assignment.read(reader));
    return { partitions, generationId: reader.remaining < int32Bytes ? undefined : readInt32(reader) };
  });
  return read.ok ? read.value : nothing;
}

function readInt32(reader: Reader): number | undefined {
  const generationId = reader.int32();
  return generationId < 0 ? undefined : generationId;
}
