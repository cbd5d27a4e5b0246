import type { StoredBatch } from "./storedBatch.ts";

/** What a batch costs beside its bytes; keeps a flood of tiny batches within the memory bound. */
export const overheadBytes = 256;

/** The bytes of a batch, with what it costs beside them. */
export function heldBytesOf({ bytes }: StoredBatch): number {
  return bytes.length + overheadBytes;
}

/** How much memory is held once the batch is. To be called once for a batch. */
export function takenBy(batch: StoredBatch): number {
  return batch.frame ? batch.frame.take() + overheadBytes : heldBytesOf(batch);
}

/** How much memory is free once the batch is gone. To be called once for a batch that was counted by `takenBy`. */
export function freedBy(batch: StoredBatch): number {
  return batch.frame ? batch.frame.release() + overheadBytes : heldBytesOf(batch);
}
