import { readFileSync } from "node:fs";
import path from "node:path";
import { readBatches } from "#protocol/records/batchReader.ts";

/** A batch in a broker's own file. */
interface StoredBatch {
  /** Byte at which it begins. */
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** The file with the first records of a partition, in a broker's data folder. */
export function firstSegment(dataFolder: string, partition: string): string {
  return path.join(dataFolder, partition, "00000000000000000000.log");
}

/** The whole batches that a segment has now. */
export function batchesIn(segment: string): readonly StoredBatch[] {
  const content = new Uint8Array(readFileSync(segment));
  let at = 0;
  return Array.from(readBatches(content)).flatMap((frame) => {
    if (frame.type !== "batch") return [];
    const found = { at, bytes: frame.bytes };
    at += frame.bytes.length;
    return [found];
  });
}
