import { judgeBounds } from "#protocol/records/batchBounds.ts";
import type { WholeBatch } from "#protocol/records/batchReader.ts";
import { greatestOffset, lastOffsetOf } from "#protocol/records/recordBatch.ts";
import type { FoundDamage } from "./damageReport.ts";

/** A batch that cannot stand where it stands. */
export interface MisplacedBatch {
  readonly type: "damaged";
  readonly damage: FoundDamage;
  readonly bytes: Uint8Array;
}

/**
 * Follows the batches of one answer. A batch's base offset lies outside its checksum: a damaged one moves the whole
 * batch, and whoever believes it delivers its records at wrong offsets and loses what is really there. So each is held
 * against the one in front of it, the position it was sent for and the high watermark.
 */
export class BatchOrder {
  readonly #begin: bigint;
  readonly #highWatermark: bigint | undefined;
  #position: bigint;
  /** Where the whole batch in front of the next one ends; undefined at the beginning, and after damage. */
  #before: bigint | undefined;
  /** In front of the position: fine as long as what follows goes on from there. */
  #outdated: WholeBatch | undefined;

  constructor(fetchPosition: bigint, highWatermark: bigint | undefined) {
    this.#begin = fetchPosition;
    this.#position = fetchPosition;
    this.#highWatermark = highWatermark;
  }

  /** What is read next. */
  get position(): bigint {
    return this.#position;
  }

  /** Undefined when nothing speaks against the batch. */
  misplaced(batch: WholeBatch): MisplacedBatch | undefined {
    const { baseOffset, lastOffsetDelta, recordCount } = batch.header;
    const last = lastOffsetOf(batch.header);
    const [before, highWatermark] = [this.#before, this.#highWatermark];
    if (baseOffset < 0n) return this.#damaged(batch, `begins at ${baseOffset}`);
    if (before !== undefined && baseOffset < before) {
      return this.#damaged(
        batch,
        `begins at ${baseOffset}, and the batch in front of it ends at ${before - 1n}`,
      );
    }
    // Some brokers tell a high watermark that is already behind: what goes on without a gap is believed.
    const goesOn = baseOffset <= this.#position && lastOffsetDelta === recordCount - 1;
    const isPastEnd = highWatermark !== undefined && last >= highWatermark && !goesOn;
    if (last < greatestOffset && !isPastEnd) return undefined;
    return this.#damaged(batch, `ends at ${last}, and the high watermark is ${highWatermark ?? "not known"}`);
  }

  /**
   * The batch in front of the position, when `next` does not go on from there: what should hold the position is damaged.
   * To be asked at the end as well, without a batch.
   */
  leftBehind(next: WholeBatch | undefined): MisplacedBatch | undefined {
    const outdated = this.#outdated;
    if (!outdated || (next && next.header.baseOffset <= this.#position)) return undefined;
    const last = lastOffsetOf(outdated.header);
    return this.#damaged(outdated, `ends at ${last}, and was sent for offset ${this.#position}`);
  }

  /** True for one in front of the position: brokers may answer from an earlier batch on. */
  isBehind(batch: WholeBatch): boolean {
    const nextOffset = lastOffsetOf(batch.header) + 1n;
    const isBehind = nextOffset <= this.#position;
    this.#outdated = isBehind && this.#position === this.#begin ? batch : undefined;
    if (isBehind) this.#before = nextOffset;
    return isBehind;
  }

  wentTo(nextOffset: bigint): void {
    this.#position = nextOffset;
    this.#before = nextOffset;
  }

  passed({ nextOffset }: { readonly nextOffset?: bigint | undefined }): void {
    if (nextOffset !== undefined && nextOffset > this.#position) this.#position = nextOffset;
    this.#before = undefined;
    this.#outdated = undefined;
  }

  /** It stands where the position is, so much is known of it; where it ends, only the batch behind it can say. */
  #damaged({ header, bytes, following }: WholeBatch, why: string): MisplacedBatch {
    const position = this.#position;
    const bounds = judgeBounds({
      baseOffset: position,
      lastOffsetDelta: header.lastOffsetDelta,
      isCrcGood: false,
      following,
      expectedOffset: position,
      highWatermark: this.#highWatermark,
    });
    const message = `the batch ${why}: its offsets cannot be right`;
    return { type: "damaged", damage: { cause: "offsets", message, header, ...bounds }, bytes };
  }
}
