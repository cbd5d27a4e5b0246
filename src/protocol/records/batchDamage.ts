import type { BatchHeader } from "./recordBatch.ts";

/** What is wrong with a batch, in the order in which it is looked for. */
export type DamageCause =
  | "length"
  | "magic"
  | "crc"
  | "codecUnknown"
  | "decompression"
  | "bomb"
  | "recordCount"
  | "recordLayout";

/** A batch that cannot be decoded: why, which offsets it takes with it, and where reading may go on. */
export interface BatchDamage {
  readonly cause: DamageCause;
  /** One sentence for people, without the offsets. */
  readonly message: string;
  readonly baseOffset?: bigint | undefined;
  readonly lastOffset?: bigint | undefined;
  /** The first offset behind the batch; `undefined` when nothing in the bytes says so credibly. */
  readonly nextOffset?: bigint | undefined;
  /** Whether `nextOffset` surely skips this batch and nothing else. */
  readonly boundsTrusted: boolean;
  /** Why they are, or are not, trusted: half a sentence for people. */
  readonly boundsReason: string;
  readonly crcStored?: number | undefined;
  readonly crcComputed?: number | undefined;
  /** As it stands in the bytes, so possibly damaged itself. */
  readonly header?: BatchHeader | undefined;
}

/** Thrown while a batch is decoded, and turned into a BatchDamage at the entry. */
export class BatchDecodeError extends Error {
  override readonly name = "BatchDecodeError";
  readonly code: DamageCause;

  constructor(code: DamageCause, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  static is(error: unknown): error is BatchDecodeError {
    return error instanceof BatchDecodeError;
  }
}
