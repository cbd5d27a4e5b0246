import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { CompressionName } from "#protocol/records/compression/codec.ts";

const folder = join(import.meta.dirname, "../../../fixtures/records");

/** The codecs of the Java client, each with a file of batches that it wrote. */
export const codecs: readonly CompressionName[] = ["none", "gzip", "snappy", "lz4", "zstd"];

/** What the Java client says about a batch. */
export interface JavaBatch {
  readonly baseOffset: string;
  readonly lastOffset: string;
  readonly sizeInBytes: number;
  readonly partitionLeaderEpoch: number;
  readonly crc: number;
  readonly compression: CompressionName;
  readonly timestampType: "CreateTime" | "LogAppendTime";
  readonly isTransactional: boolean;
  readonly isControl: boolean;
  readonly maxTimestamp: string;
  readonly producerId: string;
  readonly producerEpoch: number;
  readonly baseSequence: number;
}

/** What the Java client reads from a record; bytes are hexadecimal. */
export interface JavaRecord {
  readonly offset: string;
  readonly timestamp: string;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: readonly (readonly [string, string | null])[];
}

/** Compressed bytes of a foreign codec, and the digest of what they hold. */
export interface ForeignFrame {
  readonly name: string;
  readonly codec: CompressionName;
  readonly contentBytes: number;
  readonly sha256: string;
}

export function fixtureBytes(name: string): Uint8Array {
  return new Uint8Array(readFileSync(join(folder, `${name}.bin`)));
}

export function javaBatches(codec: CompressionName): readonly JavaBatch[] {
  return fixtureJson(`batches-${codec}`) as readonly JavaBatch[];
}

/** The same for every codec. */
export function javaRecords(): readonly JavaRecord[] {
  return fixtureJson("records") as readonly JavaRecord[];
}

export function foreignFrames(): readonly ForeignFrame[] {
  return [...(fixtureJson("frames") as ForeignFrame[]), ...(fixtureJson("frames-liblz4") as ForeignFrame[])];
}

function fixtureJson(name: string): unknown {
  return JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8"));
}
