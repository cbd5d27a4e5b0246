import { type TopicPartition, TopicPartitionMap, topicPartitionText } from "#base/topicPartition.ts";
import type { ConsumedRecord } from "#engine/fetch/consumedRecord.ts";
import { OffsetSet } from "./offsetSet.ts";
import {
  type Isolation,
  isOwed,
  type Produced,
  ProducedLog,
  type SimulatedTransaction,
} from "./producedLog.ts";
import type { Verdict } from "./violation.ts";

/** Who reads, for whom, and how. */
export interface LedgerReader {
  readonly id: string;
  /** The group whose records it takes; itself when it reads without one. */
  readonly group: string;
  readonly isolation: Isolation;
  /** Whether it asked to be shown the markers of transactions. */
  readonly showsMarkers?: boolean;
}

/** Where one session reads a partition. */
interface Cursor {
  /** The offset that must come next; undefined until the first record of an assignment. */
  next: bigint | undefined;
  /** What held before the last jump: a poll that took its records just before it reports them just after it. */
  before: { readonly next: bigint | undefined; readonly until: number } | undefined;
}

const utf8 = new TextDecoder();

/** Everything that was produced, and what became of it for each group: the judge of loss, order and duplicates. */
export class Ledger {
  readonly #now: () => number;
  readonly #verdict: Verdict;
  readonly #logs = new TopicPartitionMap<ProducedLog>();
  /** By group (or reader without one): delivered, or not to be delivered for a known reason. */
  readonly #accounted = new Map<string, TopicPartitionMap<OffsetSet>>();
  readonly #cursors = new Map<string, TopicPartitionMap<Cursor>>();
  /** By session: offsets it said it skipped. */
  readonly #gaps = new Map<string, TopicPartitionMap<OffsetSet>>();
  readonly #cutAt = new TopicPartitionMap<number>();
  #deliveries = 0;
  #markers = 0;

  constructor(now: () => number, verdict: Verdict) {
    this.#now = now;
    this.#verdict = verdict;
  }

  get deliveries(): number {
    return this.#deliveries;
  }

  /** Of those, markers of transactions. */
  get markers(): number {
    return this.#markers;
  }

  produced(
    key: TopicPartition,
    batch: {
      readonly baseOffset: bigint;
      readonly values: readonly string[];
      readonly isCorrupt: boolean;
      readonly transaction?: SimulatedTransaction | undefined;
    },
  ) {
    const { baseOffset, values, isCorrupt, transaction } = batch;
    const log = this.#log(key);
    log.fillTo(baseOffset);
    if (log.end !== baseOffset) {
      this.#verdict.fail("log", `${topicPartitionText(key)} got offset ${baseOffset}, not ${log.end}`);
    }
    log.append(values.map((value) => ({ value, isCorrupt, transaction })));
  }

  /** The broker's log ends here: what nobody produced are markers. */
  endsAt(key: TopicPartition, end: bigint): void {
    this.#log(key).fillTo(end);
  }

  /** The log lost everything from `to` on; what comes there next is owed to everybody. */
  truncated(key: TopicPartition, to: bigint): void {
    this.#log(key).truncate(to);
    this.#cutAt.set(key, this.#now());
    for (const ofGroup of this.#accounted.values()) ofGroup.get(key)?.removeFrom(to);
  }

  /** The topic is another one: what was there is lost, and no commit of it counts in the new one. */
  recreated(key: TopicPartition): void {
    this.truncated(key, 0n);
    this.#cutAt.delete(key);
  }

  /** So lately that a commit of before may still be on its way. */
  wasCutLately(key: TopicPartition): boolean {
    return this.#now() - (this.#cutAt.get(key) ?? Number.NEGATIVE_INFINITY) < 20_000;
  }

  /** Where the log can be cut, at or before `offset`. */
  cutAt(key: TopicPartition, offset: bigint): bigint {
    return this.#log(key).lastStartUpTo(offset);
  }

  endOf(key: TopicPartition): bigint {
    return this.#logs.get(key)?.end ?? 0n;
  }

  /** The offset behind the damaged records that `offset` lies in. */
  endOfDamage(key: TopicPartition, offset: bigint): bigint {
    let end = offset;
    while (this.#record(key, end)?.isCorrupt) end++;
    return end;
  }

  /** A poll returned these. */
  delivered(session: LedgerReader, records: readonly ConsumedRecord[]): void {
    for (const record of records) this.#deliver(session, record);
  }

  /** The session's next record of the partition is this one; undefined: of a new assignment, so any that is due. */
  moved(sessionId: string, key: TopicPartition, next: bigint | undefined): void {
    const cursor = this.#cursor(sessionId, key);
    cursor.before = { next: cursor.next, until: this.#now() };
    cursor.next = next;
  }

  /** A user, or a policy, decided that the group does without these. */
  excused(group: string, key: TopicPartition, from: bigint, to: bigint): void {
    if (to > from) this.#accountedOf(group, key).addRange(from, to);
  }

  /** A session said that it left these out because they could not be read: true of damaged records only. */
  gap(
    session: { readonly id: string; readonly group: string },
    key: TopicPartition,
    from: bigint,
    to: bigint,
  ) {
    for (let offset = from; offset < to; offset++) {
      if (this.#record(key, offset)?.isCorrupt) continue;
      this.#verdict.fail(
        "loss",
        `${session.id} skipped ${topicPartitionText(key)} offset ${offset}, which is fine`,
      );
    }
    const gaps = at(this.#gaps, session.id, () => new TopicPartitionMap<OffsetSet>());
    at(gaps, key, () => new OffsetSet()).addRange(from, to);
    this.excused(session.group, key, from, to);
  }

  /** Whoever begins at `offset` leaves nothing behind that is still owed. */
  checkAccountedBelow(group: string, key: TopicPartition, offset: bigint, why: string): void {
    const missing = this.#firstMissing(group, key, offset);
    if (missing === undefined) return;
    const what = `${topicPartitionText(key)} offset ${missing}`;
    this.#verdict.fail("loss", `${what} was never delivered to ${group}, yet ${why} ${offset}`);
  }

  /** Partitions of which the group is still owed something. */
  owed(group: string): readonly string[] {
    return Array.from(this.#logs.entries()).flatMap(([key, log]) => {
      const missing = this.#firstMissing(group, key, log.end);
      return missing === undefined ? [] : [`${topicPartitionText(key)} from ${missing} of ${log.end}`];
    });
  }

  /** Whose isolation is not known is owed what everybody gets: members of one group may differ. */
  #firstMissing(group: string, key: TopicPartition, to: bigint): bigint | undefined {
    const accounted = this.#accountedOf(group, key);
    const end = to < this.endOf(key) ? to : this.endOf(key);
    for (
      let offset = accounted.firstMissing(0n);
      offset < end;
      offset = accounted.firstMissing(offset + 1n)
    ) {
      const made = this.#record(key, offset);
      if (made && isOwed(made, "any")) return offset;
    }
    return undefined;
  }

  #deliver(session: LedgerReader, record: ConsumedRecord): void {
    this.#deliveries++;
    const key = { topic: record.topic, partition: record.partition };
    const { offset } = record;
    const what = `${session.id} got ${topicPartitionText(key)} offset ${offset}`;
    if (record.control) {
      this.#deliverMarker(session, key, offset);
      return;
    }
    const made = this.#record(key, offset);
    const value = record.value === null ? "" : utf8.decode(record.value);
    if (made?.value !== value && this.#log(key).wasLost(offset, value)) {
      // It was fetched before the log lost it: nobody is owed it any more, and whoever has it may deliver it.
      this.#cursor(session.id, key).next = offset + 1n;
      return;
    }
    this.#checkRecord(session, made, { what, value });
    this.#advance(session, key, offset);
    this.#accountedOf(session.group, key).add(offset);
  }

  /** Who asked for them gets markers in their places among the records, and nobody else gets any. */
  #deliverMarker(session: LedgerReader, key: TopicPartition, offset: bigint): void {
    this.#markers++;
    const what = `${session.id} got a marker as ${topicPartitionText(key)} offset ${offset}`;
    // The broker may have written it a moment ago, and nobody has told of it.
    this.#log(key).fillTo(offset + 1n);
    if (!session.showsMarkers) this.#verdict.fail("delivery", `${what}, unasked`);
    else if (this.#record(key, offset)?.value !== undefined) {
      this.#verdict.fail("delivery", `${what}, where somebody produced a record`);
    }
    this.#advance(session, key, offset);
  }

  #checkRecord(
    { isolation }: LedgerReader,
    made: Produced | undefined,
    { what, value }: { readonly what: string; readonly value: string },
  ): void {
    if (made?.value === undefined) this.#verdict.fail("delivery", `${what}, which nobody produced`);
    else if (made.isCorrupt) this.#verdict.fail("damage", `${what}, which is damaged, as data`);
    else if (made.value !== value) this.#verdict.fail("delivery", `${what} as ${value}, not ${made.value}`);
    else if (!isOwed(made, isolation)) {
      this.#verdict.fail(
        "isolation",
        `${what} of a transaction that is ${made.transaction?.fate}, reading committed`,
      );
    }
  }

  #advance(session: LedgerReader, key: TopicPartition, offset: bigint): void {
    const cursor = this.#cursor(session.id, key);
    const { next, before } = cursor;
    const what = `${session.id} got ${topicPartitionText(key)} offset ${offset}`;
    if (next === offset) {
      cursor.next = offset + 1n;
    } else if (
      before?.until === this.#now() &&
      this.#follows(session, key, { from: before.next ?? offset, to: offset })
    ) {
      cursor.before = { next: offset + 1n, until: before.until };
    } else if (next === undefined) {
      this.checkAccountedBelow(session.group, key, offset, `${session.id} began at`);
      cursor.next = offset + 1n;
    } else if (offset < next) {
      this.#verdict.fail("twice", `${what} within one assignment, after it had come to ${next}`);
    } else if (this.#follows(session, key, { from: next, to: offset })) {
      cursor.next = offset + 1n;
    } else {
      this.#verdict.fail("loss", `${what} when ${next} was next`);
    }
  }

  /** Between the two lies nothing but what the session said it left out, and what it is not to get. */
  #follows(
    { id, isolation }: LedgerReader,
    key: TopicPartition,
    { from, to }: { readonly from: bigint; readonly to: bigint },
  ): boolean {
    if (to < from) return false;
    const gaps = this.#gaps.get(id)?.get(key);
    for (let between = from; between < to; between++) {
      const made = this.#record(key, between);
      if (!gaps?.has(between) && (!made || isOwed(made, isolation))) return false;
    }
    return true;
  }

  #record(key: TopicPartition, offset: bigint): Produced | undefined {
    return this.#logs.get(key)?.at(offset);
  }

  #log(key: TopicPartition): ProducedLog {
    return at(this.#logs, key, () => new ProducedLog());
  }

  #accountedOf(group: string, key: TopicPartition): OffsetSet {
    const ofGroup = at(this.#accounted, group, () => new TopicPartitionMap<OffsetSet>());
    return at(ofGroup, key, () => new OffsetSet());
  }

  #cursor(sessionId: string, key: TopicPartition): Cursor {
    const ofSession = at(this.#cursors, sessionId, () => new TopicPartitionMap<Cursor>());
    return at(ofSession, key, () => ({ next: undefined, before: undefined }));
  }
}

function at<Key, Value>(
  map: { get(key: Key): Value | undefined; set(key: Key, value: Value): unknown },
  key: Key,
  make: () => Value,
): Value {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
