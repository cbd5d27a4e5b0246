import type { ByteParts } from "#base/byteParts.ts";
import { batchLayout } from "#protocol/records/recordBatch.ts";
import type { BrokerDelivery } from "#trace/observations/broker.ts";
import type { ReplicaView } from "../cluster/replicaView.ts";
import type { FetchedPartition, FetchPartition } from "../fetch/fetchSession.ts";
import type { PartitionReadLimits } from "../fetch/readPartition.ts";
import type { AbortedTransaction } from "../log/logTransactions.ts";
import type { StoredBatch } from "../log/storedBatch.ts";
import { placeOf } from "./placeOf.ts";
import type { TransactionOutcomes } from "./transactionOutcomes.ts";

/** What a Fetch answer has for one partition, and what it was made from, while the log is still as it was then. */
export interface Delivery {
  readonly wanted: FetchPartition;
  readonly replica: ReplicaView;
  readonly limits: PartitionReadLimits;
  readonly given: FetchedPartition;
  /** Where the client said last that it stands, if that can be told. */
  readonly askedOffset: bigint | undefined;
  /** Empty when the client gives none. */
  readonly clientId: string;
  readonly nodeId: number;
}

/** What is wrong with an answer, and at which offset. */
export type DeliveryFault = Pick<BrokerDelivery, "problem" | "offset">;

/** The first thing that is wrong with what an answer has for a partition; undefined for one that is as it must be. */
export function judgeDelivery(delivery: Delivery, outcomes: TransactionOutcomes): DeliveryFault | undefined {
  const { wanted, replica, limits, given, askedOffset } = delivery;
  const { log } = replica;
  const { fetchOffset } = wanted;
  if (askedOffset !== undefined && askedOffset !== fetchOffset) {
    return { problem: "readElsewhere", offset: askedOffset };
  }
  const { records } = given;
  const answer = new AnswerBytes(records);
  const filter = limits.isCommittedOnly ? new CommittedFilter(given.abortedTransactions) : undefined;
  const judge = { ...delivery, outcomes, filter, endOffset: endFor(delivery, outcomes) };
  let expected = fetchOffset;
  let at = 0;
  for (let place = placeOf(log, fetchOffset); at < records.length; place++) {
    const batch = log.batchAt(place);
    if (batch === undefined || !answer.isAt(at, batch)) return { problem: "notTheLog", offset: expected };
    const fault = judgeBatch(judge, batch, expected);
    if (fault) return fault;
    expected = batch.lastOffset + 1n;
    at += batch.bytes.length;
  }
  const next = log.batchAt(placeOf(log, expected));
  const isWithheld = next !== undefined && next.baseOffset < judge.endOffset && hasRoom(limits, next, at);
  return isWithheld ? { problem: "withheld", offset: expected } : undefined;
}

/** What one answer is judged by. */
interface Judge extends Delivery {
  readonly outcomes: TransactionOutcomes;
  /** Undefined for a consumer that takes everything. */
  readonly filter: CommittedFilter | undefined;
  /** Where the consumer's view of the log ends. */
  readonly endOffset: bigint;
}

function judgeBatch(judge: Judge, batch: StoredBatch, expected: bigint): DeliveryFault | undefined {
  const { baseOffset } = batch;
  if (baseOffset > expected && !judge.replica.log.hasHoles) return { problem: "leftOut", offset: expected };
  if (baseOffset >= judge.endOffset) return { problem: "tooFar", offset: baseOffset };
  const problem = judge.filter && judgeOutcome(batch, judge.filter, judge.outcomes);
  return problem && { problem, offset: baseOffset };
}

/** Where this consumer's view of the log ends, worked out from the log's batches. */
function endFor({ replica, limits }: Delivery, outcomes: TransactionOutcomes): bigint {
  const { highWatermark } = replica;
  const firstOpen = limits.isCommittedOnly ? outcomes.firstOpenOffset : undefined;
  return firstOpen !== undefined && firstOpen < highWatermark ? firstOpen : highWatermark;
}

/** Whether there was room for one more batch in an answer (KIP-74). */
function hasRoom(
  { maxBytes, firstAnyway }: PartitionReadLimits,
  { bytes }: StoredBatch,
  at: number,
): boolean {
  return at + bytes.length <= maxBytes || (at === 0 && firstAnyway);
}

function judgeOutcome(
  batch: StoredBatch,
  filter: CommittedFilter,
  outcomes: TransactionOutcomes,
): DeliveryFault["problem"] | undefined {
  const { header } = batch;
  if (!header.isTransactional) return undefined;
  const isLeftOut = filter.leavesOut(batch);
  // One without records is what compaction leaves: nobody gets anything of it.
  if (header.isControl || header.recordCount === 0 || isLeftOut === outcomes.isAborted(batch))
    return undefined;
  return isLeftOut ? "committedToldAborted" : "abortedNotTold";
}

/** What a consumer that reads committed makes of the list of aborted transactions: as Java's, from headers alone. */
class CommittedFilter {
  readonly #announced: AbortedTransaction[];
  readonly #aborted = new Set<bigint>();

  constructor(announced: readonly AbortedTransaction[]) {
    this.#announced = announced.toSorted((a, b) => Number(a.firstOffset - b.firstOffset));
  }

  leavesOut({ header: { producerId, isControl }, lastOffset }: StoredBatch): boolean {
    for (let [next] = this.#announced; next && next.firstOffset <= lastOffset; [next] = this.#announced) {
      this.#aborted.add(next.producerId);
      this.#announced.shift();
    }
    // Whatever its marker says: one that commits had no entry.
    if (isControl) this.#aborted.delete(producerId);
    return this.#aborted.has(producerId);
  }
}

/** The bytes of an answer, to be compared with one batch of the log after the other. */
class AnswerBytes {
  readonly #records: ByteParts;
  #piece = 0;
  #pieceAt = 0;

  constructor(records: ByteParts) {
    this.#records = records;
  }

  /** Whether that batch is there: by its length and what stands before the attributes, of which the checksum speaks for the rest. */
  isAt(at: number, { bytes }: StoredBatch): boolean {
    if (at + bytes.length > this.#records.length) return false;
    const { piece, offset } = this.#pieceWith(at);
    // Handed out from the log's own memory, as long batches are.
    if (piece === bytes && offset === 0) return true;
    const compared = bytes.subarray(0, batchLayout.attributes);
    const inOnePiece = piece !== undefined && offset + compared.length <= piece.length;
    const given = inOnePiece
      ? piece.subarray(offset, offset + compared.length)
      : this.#copied(at, compared.length);
    return compared.every((byte, index) => byte === given[index]);
  }

  /** `at` only grows from call to call. */
  #pieceWith(at: number): { readonly piece: Uint8Array | undefined; readonly offset: number } {
    const { pieces } = this.#records;
    let piece = pieces[this.#piece];
    while (piece !== undefined && at >= this.#pieceAt + piece.length) {
      this.#pieceAt += piece.length;
      piece = pieces[++this.#piece];
    }
    return { piece, offset: at - this.#pieceAt };
  }

  #copied(at: number, length: number): Uint8Array {
    const copy = new Uint8Array(length);
    this.#records.copyTo(copy, at);
    return copy;
  }
}
