import type { EpochStart } from "./epochCache.ts";
import type { StoredBatch } from "./storedBatch.ts";

/** What happened to a log: told one after the other to a copy, they make it the same. */
export type LogChange =
  | { readonly type: "appended"; readonly batch: StoredBatch }
  | { readonly type: "epochBegan"; readonly epoch: number }
  | { readonly type: "truncated"; readonly offset: bigint }
  | { readonly type: "startMoved"; readonly offset: bigint }
  /** Compaction changed what was there: a copy has to be made anew. */
  | { readonly type: "rewritten" };

/** What a copy of a log begins with when it does not begin with the log. */
export interface LogBegin {
  readonly logStartOffset: bigint;
  readonly logEndOffset: bigint;
  readonly epochs: readonly EpochStart[];
}
