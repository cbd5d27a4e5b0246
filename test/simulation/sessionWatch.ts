import { type TopicPartition, TopicPartitionMap, topicPartitionText } from "#base/topicPartition.ts";
import type { ObservationBody } from "#trace/observation.ts";
import type { BufferState } from "#trace/observations/buffer.ts";
import type { BatchRejected, PositionReset } from "#trace/observations/fetch.ts";
import type { GroupMemberPhase } from "#trace/observations/group.ts";
import type { PositionState } from "#trace/observations/position.ts";
import type { Ledger } from "./ledger.ts";
import { largestRecordBytes, mostRecordsInBatch } from "./profile.ts";
import type { Rewinds } from "./rewinds.ts";
import type { SimulatedMember } from "./simulatedMember.ts";
import type { Verdict } from "./violation.ts";

/** What a session said last about its partitions. */
interface Said {
  readonly member: SimulatedMember;
  /** Batches that stand in the way, by where they begin: each is rejected once. */
  readonly halted: TopicPartitionMap<bigint>;
  /** Of the last generation it was stable in. */
  rebalanceProtocol: "eager" | "cooperative" | undefined;
  readonly positions: TopicPartitionMap<Report<PositionState>>;
  readonly buffers: TopicPartitionMap<Report<BufferState>>;
}

/** A partition as its session has it. */
type Partition = ReturnType<SimulatedMember["session"]["partitions"]>[number];

interface Report<Body> {
  readonly at: number;
  readonly body: Body;
}

/** Reports are held back this long at most; a little more, as checks are not made all the time. */
const reportDelayMs = 150;

/** Compares what sessions say with what they are, and tells the ledger when a cursor jumps. */
export class SessionWatch {
  readonly #ledger: Ledger;
  readonly #rewinds: Rewinds;
  readonly #now: () => number;
  readonly #verdict: Verdict;
  readonly #said = new Map<string, Said>();
  /** Since when something is said wrongly. */
  readonly #disagreements = new Map<string, number>();

  constructor(ledger: Ledger, rewinds: Rewinds, now: () => number, verdict: Verdict) {
    this.#ledger = ledger;
    this.#rewinds = rewinds;
    this.#now = now;
    this.#verdict = verdict;
  }

  add(member: SimulatedMember): void {
    this.#said.set(member.id, {
      member,
      halted: new TopicPartitionMap(),
      rebalanceProtocol: undefined,
      positions: new TopicPartitionMap(),
      buffers: new TopicPartitionMap(),
    });
  }

  observed(sessionId: string, body: ObservationBody): void {
    const said = this.#said.get(sessionId);
    if (!said) return;
    const { member, positions, buffers } = said;
    switch (body.type) {
      case "position.state":
        positions.set(body, { at: this.#now(), body });
        return;
      case "buffer.state":
        buffers.set(body, { at: this.#now(), body });
        return;
      case "position.removed":
        positions.delete(body);
        said.halted.delete(body);
        if ((buffers.get(body)?.body.records ?? 0) > 0) {
          this.#verdict.fail(
            "counts",
            `${sessionId} gave up ${topicPartitionText(body)} with records still counted`,
          );
        }
        buffers.delete(body);
        this.#forgetDisagreements(`${sessionId} ${topicPartitionText(body)}`);
        this.#ledger.moved(sessionId, body, undefined);
        return;
      case "group.memberPhase":
        this.#checkClaim(said, body);
        return;
      case "fetch.batchRejected":
        this.#checkRejected(said, body);
        return;
      case "fetch.batchResolved":
        said.halted.delete(body);
        return;
      case "fetch.gap":
        if (body.reason === "corruptBatch") {
          this.#ledger.gap(member, body, body.fromOffset ?? 0n, body.toOffset);
        } else {
          this.#ledger.excused(member.group, body, body.fromOffset ?? 0n, body.toOffset);
          // A skip that ended as its partition went says so after that, and is of an assignment that is over.
          if (positions.has(body)) this.#ledger.moved(sessionId, body, body.toOffset);
        }
        return;
      case "fetch.positionReset":
        if (body.cause !== "noCommittedOffset") this.#rewinds.allow(member.group, body);
        this.#ledger.moved(sessionId, body, body.toOffset);
        this.#ledger.excused(member.group, body, this.#excusedFrom(body), body.toOffset);
        return;
      default:
    }
  }

  #checkRejected({ member, halted }: Said, rejected: BatchRejected): void {
    const { baseOffset, action } = rejected;
    const isAssigned = member.session.partitions().some((each) => isSame(each, rejected));
    if (halted.get(rejected) === baseOffset && isAssigned) {
      const what = `${topicPartitionText(rejected)} at ${baseOffset}`;
      this.#verdict.fail("halt", `${member.id} rejected ${what} again, unasked`);
    }
    if (action === "halted") halted.set(rejected, baseOffset);
  }

  /** In a log that was cut or is another one, where the old position was says nothing: what a policy skips, it skips from the start. */
  #excusedFrom(reset: PositionReset): bigint {
    const isNewLog = reset.cause === "topicRecreated" || this.#ledger.wasCutLately(reset);
    return isNewLog ? 0n : (reset.fromOffset ?? 0n);
  }

  /** A user asked for the batch once more: it may be rejected again. */
  retried(sessionId: string, key: TopicPartition): void {
    this.#said.get(sessionId)?.halted.delete(key);
  }

  /** KIP-429: who joins after an eager generation has given everything up, and claims nothing. */
  #checkClaim(said: Said, { phase, rebalanceProtocol, assigned }: GroupMemberPhase): void {
    if (phase === "stable") said.rebalanceProtocol = rebalanceProtocol;
    if (phase !== "joining" || said.rebalanceProtocol !== "eager" || assigned.length === 0) return;
    const what = assigned.map(topicPartitionText).join(", ");
    this.#verdict.fail("claim", `${said.member.id} joins after an eager generation and still has ${what}`);
  }

  /** To be called whenever some time has passed. */
  check(member: SimulatedMember): void {
    const said = this.#said.get(member.id);
    if (!said) return;
    const { session, id } = member;
    const partitions = session.partitions();
    let [records, bytes, batches] = [0, 0, 0];
    for (const partition of partitions) {
      const counts = session.buffered(partition);
      records += counts.records;
      bytes += counts.bytes;
      batches += counts.batches;
      this.#checkReports(said, partition, counts);
      this.#checkPosition(id, partition, counts.records);
    }
    const totals = session.buffered();
    const sums = `${records} records, ${bytes} bytes, ${batches} batches`;
    const shown = `${totals.records} records, ${totals.bytes} bytes, ${totals.batches} batches`;
    if (sums !== shown)
      this.#verdict.fail("counts", `${id} counts ${shown}, and its partitions hold ${sums}`);
    this.#checkMemory(member, totals, partitions.length);
    for (const key of said.positions.keys()) {
      const isAssigned = partitions.some((each) => isSame(each, key));
      this.#agree({ id, key, name: "assigned" }, isAssigned, { at: undefined, said: true });
    }
  }

  /** What was said of a partition last is what it is, or was until a moment ago. */
  #checkReports(
    { member: { id }, positions, buffers }: Said,
    key: Partition,
    { records, bytes }: { readonly records: number; readonly bytes: number },
  ): void {
    const position = positions.get(key);
    const agrees = <Name extends keyof PositionState>(name: Name, truth: PositionState[Name]) =>
      this.#agree({ id, key, name }, truth, { at: position?.at, said: position?.body[name] });
    agrees("state", key.progress.state);
    agrees("paused", key.paused);
    agrees("position", key.position);
    agrees("fetchPosition", key.fetchPosition);
    agrees("committedOffset", key.committedOffset);
    const buffer = buffers.get(key);
    const counted = (name: "records" | "bytes" | "pausedRecords", truth: number) =>
      this.#agree({ id, key, name }, truth, { at: buffer?.at, said: buffer?.body[name] ?? 0 });
    counted("records", records);
    counted("bytes", bytes);
    counted("pausedRecords", key.paused ? records : 0);
  }

  /**
   * Back-pressure: what one partition had for itself while it was alone, the others' shares, and a batch for each, as one
   * is taken in whole.
   */
  #checkMemory(
    { id, options }: SimulatedMember,
    totals: { readonly records: number; readonly bytes: number },
    partitions: number,
  ): void {
    const batches = partitions + 1;
    const most = (limit: number, ofBatch: number) => 1.5 * limit + batches * ofBatch;
    const records = most(options.maxBufferedRecords, mostRecordsInBatch);
    const bytes = most(options.maxBufferedBytes, mostRecordsInBatch * largestRecordBytes);
    if (totals.records <= records && totals.bytes <= bytes) return;
    const held = `${totals.records} records, ${totals.bytes} bytes`;
    this.#verdict.fail("memory", `${id} holds ${held}, where at most ${records} and ${bytes} may be`);
  }

  #checkPosition(id: string, partition: Partition, buffered: number): void {
    const { position, fetchPosition } = partition;
    if (position === undefined || fetchPosition === undefined) return;
    if (position >= 0n && buffered === 0 && fetchPosition === position) return;
    const what = `${id} ${topicPartitionText(partition)}`;
    if (position < 0n || fetchPosition < position) {
      this.#verdict.fail("position", `${what} delivers ${position} next and fetches ${fetchPosition}`);
    } else if (buffered === 0 && fetchPosition !== position) {
      this.#verdict.fail(
        "position",
        `${what} has nothing buffered, yet delivers ${position} and fetches ${fetchPosition}`,
      );
    } else if (BigInt(buffered) > fetchPosition - position) {
      this.#verdict.fail(
        "position",
        `${what} has ${buffered} records between ${position} and ${fetchPosition}`,
      );
    }
  }

  /** What comes back in another assignment begins anew. */
  #forgetDisagreements(prefix: string): void {
    for (const what of Array.from(this.#disagreements.keys())) {
      if (what.startsWith(`${prefix} `)) this.#disagreements.delete(what);
    }
  }

  /** What was said last may be old for a moment; then something has to be said. */
  #agree(
    subject: { readonly id: string; readonly key: TopicPartition; readonly name: string },
    truth: unknown,
    last: { readonly at: number | undefined; readonly said: unknown },
  ): void {
    // Nearly always, and thousands of times in a run: no text is made for it.
    if (truth === last.said && this.#disagreements.size === 0) return;
    const what = `${subject.id} ${topicPartitionText(subject.key)} ${subject.name}`;
    if (truth === last.said) {
      this.#disagreements.delete(what);
      return;
    }
    const now = this.#now();
    const since = this.#disagreements.get(what);
    if (since === undefined || (last.at ?? 0) > since) {
      this.#disagreements.set(what, now);
    } else if (now - since > reportDelayMs) {
      this.#verdict.fail(
        "report",
        `${what} is ${String(truth)}, and was last said to be ${String(last.said)}`,
      );
    }
  }
}

function isSame(a: TopicPartition, b: TopicPartition): boolean {
  return a.topic === b.topic && a.partition === b.partition;
}
