import type { Random } from "#base/random.ts";
import type { TopicPartition } from "#base/topicPartition.ts";
import type { ConsumerOptions, PartitionScope, SeekTarget } from "#engine/consumerOptions.ts";
import { ConsumerSession } from "#engine/consumerSession.ts";
import { EngineError } from "#engine/engineError.ts";
import type { ConsumedRecord } from "#engine/fetch/consumedRecord.ts";
import type { LeaveGroup } from "#engine/group/groupMemberPorts.ts";
import type { SkipOrder, SkipTarget } from "#engine/position/skipper.ts";
import type { VirtualClock } from "#test/support/virtualClock.ts";
import type { ObservationBody } from "#trace/observation.ts";
import type { SessionCallback } from "#trace/observations/session.ts";
import type { Ledger } from "./ledger.ts";
import type { Orders } from "./orders.ts";
import type { Isolation } from "./producedLog.ts";
import type { Rewinds } from "./rewinds.ts";
import type { SimulatedClient } from "./simulatedClient.ts";
import type { Verdict } from "./violation.ts";

/** What a simulated member is made of. */
export interface SimulatedMemberPorts {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly client: SimulatedClient;
  readonly ledger: Ledger;
  readonly rewinds: Rewinds;
  readonly orders: Orders;
  readonly verdict: Verdict;
  readonly observe: (sessionId: string, body: ObservationBody) => void;
}

/** What was asked for, and by when it has to be settled. */
interface Limit {
  readonly what: string;
  readonly limitMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Two look-ups of 30 s at most, each with one last request of 10 s. */
const seekLimitMs = 90_000;
/** A skip may consume what it skips, or leave the group and join it again. */
const skipLimitMs = 600_000;

/** One engine session with its user: gives orders, follows each until it settles, and hands records to the ledger. */
export class SimulatedMember {
  readonly id: string;
  /** Whose offsets it works on: its group, or itself when it reads without one. */
  readonly group: string;
  readonly options: ConsumerOptions;
  readonly client: SimulatedClient;
  readonly session: ConsumerSession;
  readonly #ports: SimulatedMemberPorts;
  readonly #waitingCommits = new Set<string>();
  /** Records that polls returned and that the user has not said to be done with. */
  #inHand = 0;
  #runningCallback: string | undefined;
  #isGone = false;
  #isClosing = false;

  constructor(options: ConsumerOptions, ports: SimulatedMemberPorts) {
    this.id = options.sessionId;
    this.group = options.groupId ?? options.sessionId;
    this.options = options;
    this.client = ports.client;
    this.#ports = ports;
    const { clock, random, rewinds } = ports;
    if (options.startPosition.kind !== "committed") rewinds.allowEverywhere(this.group);
    const use = ports.client.use();
    this.session = new ConsumerSession(options, {
      cluster: ports.client.cluster,
      clock,
      random,
      observe: (body) => this.#observed(body),
      storeBytes: (bytes) => `bytes:${bytes.byteLength}`,
    });
    this.session.onEnded(() => {
      this.#isGone = true;
      use.dispose();
    });
  }

  get isolation(): Isolation {
    return this.options.isolation;
  }

  get showsMarkers(): boolean {
    return this.options.controlRecords;
  }

  /** Takes orders. */
  get isAlive(): boolean {
    return !this.#isGone && !this.#isClosing;
  }

  start(): void {
    this.session.start();
  }

  poll(maxRecords: number, timeoutMs: number, signal?: AbortSignal): void {
    const polled = this.session.poll({ maxRecords, timeoutMs, signal });
    this.#follow(
      { what: `poll ${maxRecords} for ${timeoutMs} ms`, limitMs: timeoutMs, signal },
      polled,
      (records) => this.#polled(records),
    );
  }

  /** The records of all polls so far are dealt with. */
  allow(): void {
    this.#inHand = 0;
    this.session.allowRebalance();
  }

  commit(
    deadlineMs: number,
    offsets: readonly (TopicPartition & { offset: bigint })[] | undefined,
    signal?: AbortSignal,
  ): void {
    for (const key of offsets ?? []) this.#ports.rewinds.allow(this.group, key);
    const committed = this.session.commit({ deadlineMs, offsets, signal });
    this.#follow({ what: `commit within ${deadlineMs} ms`, limitMs: deadlineMs, signal }, committed);
  }

  /** Lets every waiter of a commit go. */
  releaseCommits(): void {
    for (const commitId of Array.from(this.#waitingCommits)) this.session.releaseCommit(commitId);
  }

  setPaused(scope: PartitionScope, isPaused: boolean): void {
    if (isPaused) this.session.pause(scope);
    else this.session.resume(scope);
  }

  seek(key: TopicPartition, target: SeekTarget): void {
    this.#ports.rewinds.allow(this.group, key);
    this.#follow(
      { what: `seek ${key.topic}-${key.partition}`, limitMs: seekLimitMs },
      this.session.seek(key, target),
      (moved) => this.#moved(key, moved.from, moved.to),
    );
  }

  skip(key: TopicPartition, target: SkipTarget, order: SkipOrder): void {
    const { how, commit, signal } = order;
    // What is there now is given up from the first moment: auto-commit may commit what was discarded so far.
    this.#ports.ledger.excused(this.group, key, 0n, this.#ports.ledger.endOf(key));
    const skipped = this.session.skip(key, target, { how, commit: false, signal });
    const to = target.kind === "end" ? "its end" : `what came from ${target.timestampMs} on`;
    const what = `skip ${key.topic}-${key.partition} to ${to} (${how})`;
    this.#follow({ what, limitMs: skipLimitMs, signal }, skipped, (moved) => {
      if (how === "move") this.#checkMoved(key, moved.to);
      if (commit && this.isAlive && moved.from !== moved.to)
        this.commit(5_000, [{ ...key, offset: moved.to }]);
    });
  }

  /** False when there is no safe way past the batch. */
  skipBatch(key: TopicPartition): boolean {
    try {
      this.session.skipBatch(key);
      return true;
    } catch (failure) {
      if (EngineError.is(failure, "NO_SAFE_OFFSET")) return false;
      throw failure;
    }
  }

  /** Leaves in good order. */
  close(deadlineMs: number, leaveGroup: LeaveGroup, reason: string): void {
    this.#isClosing = true;
    this.#follow(
      { what: `close within ${deadlineMs} ms`, limitMs: deadlineMs },
      this.session.close({ deadlineMs, leaveGroup, reason }),
    );
  }

  /** Is gone from one moment to the next, without a word to anybody; whoever shares its client is gone too. */
  crash(): void {
    this.client.network.die();
    this.close(0, false, "crashed");
  }

  #observed(body: ObservationBody): void {
    if (body.type === "commit.state") {
      if (body.state === "settled") this.#waitingCommits.delete(body.commitId);
      else this.#waitingCommits.add(body.commitId);
    }
    if (body.type === "session.callback") this.#checkCallback(body);
    this.#ports.observe(this.id, body);
  }

  #polled(records: readonly ConsumedRecord[]): void {
    this.#inHand += records.length;
    if (records.length > 0 && this.options.blockRebalanceOnPoll && this.#runningCallback !== undefined) {
      const { verdict } = this.#ports;
      verdict.fail("gate", `${this.id} got records while its on-${this.#runningCallback} callback runs`);
    }
    this.#ports.ledger.delivered(this, records);
  }

  /** With `blockRebalanceOnPoll` none begins while records are in hand, but for the last one, of who is being stopped. */
  #checkCallback({ callback, endedAt }: SessionCallback): void {
    this.#runningCallback = endedAt === undefined ? callback : undefined;
    const isFree = !this.options.blockRebalanceOnPoll || this.#inHand === 0 || this.#isClosing;
    if (isFree || endedAt !== undefined) return;
    this.#ports.verdict.fail("gate", `${this.id} runs on-${callback} with ${this.#inHand} records in hand`);
  }

  /** Who was told that a position was moved finds it there, or further on. */
  #checkMoved({ topic, partition }: TopicPartition, to: bigint): void {
    const now = this.session
      .partitions()
      .find((each) => each.topic === topic && each.partition === partition)?.position;
    if (now === undefined || now >= to) return;
    this.#ports.verdict.fail("skip", `${this.id} stands at ${now} in ${topic}-${partition}, not at ${to}`);
  }

  #moved(key: TopicPartition, from: bigint | undefined, to: bigint): void {
    const { ledger } = this.#ports;
    ledger.moved(this.id, key, to);
    ledger.excused(this.group, key, from ?? 0n, to);
  }

  #follow<T>(limit: Limit, work: Promise<T>, done?: (result: T) => void): void {
    this.#ports.orders.follow({ ...limit, what: `${this.id}: ${limit.what}` }, work, done);
  }
}
