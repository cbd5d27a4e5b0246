import { CancelledError, type Clock } from "#base/clock.ts";
import type { Random } from "#base/random.ts";
import { TopicPartitionMap } from "#base/topicPartition.ts";
import type { Answer, Cluster } from "#network/cluster.ts";
import { ConnectionError } from "#network/connectionError.ts";
import { type FetchResponse, fetch } from "#protocol/apis/fetch.ts";
import { type ErrorName, errorName } from "#protocol/errorCodes.ts";
import type { FetchCompleted } from "#trace/observations/fetch.ts";
import type { FetchLimits, IsolationLevel } from "../consumerOptions.ts";
import { errorText } from "../engineError.ts";
import type { AssignedPartition, PartitionError } from "../position/assignedPartition.ts";
import { AnswerMemory } from "./answerMemory.ts";
import { type FetchedPartition, fetchBody, fetchedPartitions, fetchVersions } from "./fetchRequest.ts";
import { FetchSession, finalEpoch, type PartitionAsk } from "./fetchSession.ts";
import { Pace } from "./pace.ts";

/** A partition to fetch, and the place it is fetched for. */
export interface FetchTask {
  readonly partition: AssignedPartition;
  readonly version: number;
  readonly ask: PartitionAsk;
  /** The broker it is asked of does not lead it. */
  readonly isFromFollower: boolean;
  /** The broker is not to name a replica to read from instead. */
  readonly staysHere: boolean;
}

/** What fetching from one broker needs. */
export interface NodeFetcherPorts {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly random: Random;
  readonly channel: string;
  readonly limits: FetchLimits;
  readonly isolation: IsolationLevel;
  readonly rack: string | undefined;
  readonly fetchSessions: boolean;
  readonly sessionId: string;
  readonly closed: AbortSignal;
  readonly observe: (observation: FetchCompleted) => void;
  /** Deals with one partition's answer; true when it brought anything. */
  readonly take: (task: FetchTask, fetched: FetchedPartition) => Promise<boolean>;
  /** The broker answered and left this partition out: nothing of it changed (KIP-227). */
  readonly onUnchanged: (task: FetchTask) => void;
  /** The broker refused, and said who leads the partition now: it can be asked for there. */
  readonly onLed: (task: FetchTask) => void;
  /** The answer for this partition alone is larger than any that is taken in. */
  readonly onTooLarge: (task: FetchTask, message: string) => void;
  /** No answer came. */
  readonly onUnanswered: (tasks: readonly FetchTask[]) => void;
  /** Nothing has come of fetching these for a while. */
  readonly onTrouble: (tasks: readonly FetchTask[], error: PartitionError) => void;
}

/** Longer than a broker may hold a fetch back. */
const patienceMs = 30_000;
/** An answer this soon, with nothing in it, was not waited for: more of them would spin. */
const tooSoonShare = 0.5;
/** Whoever wants empty answers at once gets them, and does not ask for them all the time. */
const shortestWaitMs = 5;

const patientFailures = 2;

const ledElsewhere: ReadonlySet<ErrorName> = new Set<ErrorName>([
  "NOT_LEADER_OR_FOLLOWER",
  "FENCED_LEADER_EPOCH",
]);

const sessionErrors: ReadonlySet<ErrorName> = new Set<ErrorName>([
  "FETCH_SESSION_ID_NOT_FOUND",
  "INVALID_FETCH_SESSION_EPOCH",
  "FETCH_SESSION_TOPIC_ID_ERROR",
]);

/**
 * Fetches from one broker: one request at a time, in one fetch session, slower when nothing comes of it. Whoever brought
 * records goes to the end of the next request, so that a busy partition cannot take all of its room again (KIP-74).
 */
export class NodeFetcher {
  readonly #ports: NodeFetcherPorts;
  readonly #nodeId: number;
  readonly #session: FetchSession;
  readonly #pace = new Pace(5_000);
  /** When a partition last brought anything, in rounds. */
  readonly #servedIn = new WeakMap<AssignedPartition, number>();
  /** One of these makes the answer too large to be taken in: they are asked for one by one. */
  readonly #suspects = new WeakSet<AssignedPartition>();
  #round = 0;
  #fruitless = 0;
  #isBusy = false;

  constructor(nodeId: number, ports: NodeFetcherPorts) {
    this.#nodeId = nodeId;
    this.#ports = ports;
    this.#session = new FetchSession(ports.fetchSessions);
  }

  /** No request is under way, and none has to wait. */
  isFree(now: number): boolean {
    return !this.#isBusy && this.#pace.isDue(now);
  }

  /** No request before this instant. */
  get notBefore(): number {
    return this.#pace.notBefore;
  }

  /** One request, for `roomBytes` in all, and everything that comes of it. Never rejects. */
  async fetch(wanted: readonly FetchTask[], roomBytes: number): Promise<void> {
    const { clock, random } = this.#ports;
    this.#isBusy = true;
    this.#round++;
    const sentAt = clock.now();
    const tasks = this.#inOrder(wanted);
    for (const { partition } of tasks) partition.lastAskedAt = sentAt;
    try {
      const answer = await this.#send(tasks, roomBytes);
      const tookMs = clock.now() - sentAt;
      const error = errorName(answer.body.errorCode);
      this.#report(tasks, { answer, tookMs, error: error === "NONE" ? undefined : error });
      if (error !== "NONE") {
        this.#session.reset();
        // A session may be forgotten at any time; the full request that follows needs no pause, once.
        if (!sessionErrors.has(error) || this.#pace.failures > 0) this.#pace.failed(clock.now(), random);
        else this.#pace.failures++;
        this.#complain(tasks, { code: error, message: `broker ${this.#nodeId} answers ${error}` });
        return;
      }
      this.#session.answered(answer.body.sessionId);
      this.#pace.worked();
      for (const { partition } of tasks) this.#suspects.delete(partition);
      this.#slowDown(await this.#takeAll(tasks, answer), tookMs);
    } catch (failure) {
      this.#unanswered(tasks, failure, clock.now() - sentAt);
    } finally {
      // A broker that throttles us is left alone for as long (KIP-219); to wait here keeps our own deadline out of it.
      this.#pace.waitUntil(this.#ports.cluster.throttledUntil(this.#nodeId, this.#ports.channel) ?? 0);
      this.#isBusy = false;
    }
  }

  /** Tells the broker that the session is over; it would forget it by itself. Never rejects. */
  async close(timeoutMs: number): Promise<void> {
    const { sessionId } = this.#session;
    if (sessionId === 0) return;
    const { cluster, channel, limits, isolation } = this.#ports;
    const plan = { sessionId, epoch: finalEpoch, asks: [], forgotten: [] };
    const body = fetchBody(plan, { limits: { ...limits, maxWaitMs: 0 }, isolation, maxBytes: 0 });
    this.#session.reset();
    await cluster
      .send({ node: this.#nodeId, channel }, fetch, body, { timeoutMs, retry: "never" })
      .catch(() => undefined);
  }

  #inOrder(wanted: readonly FetchTask[]): readonly FetchTask[] {
    const suspect = wanted.find(({ partition }) => this.#suspects.has(partition));
    if (suspect) return [suspect];
    const servedIn = ({ partition }: FetchTask) => this.#servedIn.get(partition) ?? 0;
    return wanted.toSorted((a, b) => servedIn(a) - servedIn(b));
  }

  /** Which of them made the answer too large shows when each is asked for alone. */
  #suspect(tasks: readonly FetchTask[], message: string): void {
    const [only] = tasks;
    if (only && tasks.length === 1) {
      this.#suspects.delete(only.partition);
      this.#ports.onTooLarge(only, message);
    } else {
      for (const { partition } of tasks) this.#suspects.add(partition);
    }
  }

  #unanswered(tasks: readonly FetchTask[], failure: unknown, tookMs: number): void {
    const { clock, random, onUnanswered } = this.#ports;
    this.#session.reset();
    this.#pace.failed(clock.now(), random);
    if (CancelledError.is(failure, "aborted")) return;
    this.#report(tasks, { answer: undefined, tookMs, error: errorText(failure) });
    if (ConnectionError.is(failure, "FRAME_TOO_LARGE")) {
      this.#suspect(tasks, failure.message);
      return;
    }
    onUnanswered(tasks);
    this.#complain(tasks, { code: "NO_ANSWER", message: errorText(failure) });
  }

  #send(tasks: readonly FetchTask[], roomBytes: number): Promise<Answer<typeof fetch>> {
    const { cluster, channel, limits, isolation, closed } = this.#ports;
    const rack = tasks.some(({ staysHere }) => staysHere) ? undefined : this.#ports.rack;
    const asks = tasks.map(({ ask }) => ask);
    const plan = this.#session.plan(asks);
    const total = asks.reduce((sum, ask) => sum + ask.maxBytes, 0);
    const maxBytes = Math.min(limits.maxBytes, roomBytes, total);
    const hasIds = asks.every(({ topicId }) => topicId !== undefined);
    return cluster.send(
      { node: this.#nodeId, channel },
      fetch,
      fetchBody(plan, { limits, isolation, maxBytes, rack }),
      {
        timeoutMs: limits.maxWaitMs + patienceMs,
        signal: closed,
        versions: hasIds ? fetchVersions.all : fetchVersions.byName,
        retry: "never",
      },
    );
  }

  async #takeAll(tasks: readonly FetchTask[], answer: Answer<typeof fetch>): Promise<boolean> {
    const partitions = answer.body.responses.flatMap((topic) => topic.partitions);
    const memory = AnswerMemory.of(partitions.map(({ records }) => records));
    try {
      return await this.#takeEach(tasks, answer, memory);
    } finally {
      memory?.release();
    }
  }

  async #takeEach(
    tasks: readonly FetchTask[],
    { body, version }: Answer<typeof fetch>,
    memory: AnswerMemory | undefined,
  ): Promise<boolean> {
    const asks = tasks.map(({ ask }) => ask);
    const byPartition = new TopicPartitionMap<FetchTask>();
    for (const task of tasks) byPartition.set(task.ask, task);
    let broughtAnything = false;
    for (const [key, fetched] of fetchedPartitions(body, version, asks)) {
      const task = byPartition.get(key);
      if (!task) continue;
      // A second answer for the same partition was not asked for.
      byPartition.delete(key);
      if (this.#learnLeader(task, fetched, body.nodeEndpoints)) this.#ports.onLed(task);
      else if (await this.#ports.take(task, { ...fetched, memory })) {
        broughtAnything = true;
        this.#servedIn.set(task.partition, this.#round);
      }
    }
    if (this.#session.sessionId !== 0) for (const task of byPartition.values()) this.#ports.onUnchanged(task);
    return broughtAnything;
  }

  /** A refusal may say who leads now, and where that broker is (KIP-951). */
  #learnLeader(
    { partition }: FetchTask,
    { errorCode, currentLeader }: FetchedPartition,
    endpoints: FetchResponse["nodeEndpoints"],
  ): boolean {
    const { leaderId } = currentLeader;
    if (!ledElsewhere.has(errorName(errorCode)) || leaderId < 0) return false;
    const leader = endpoints.find(({ nodeId }) => nodeId === leaderId);
    const nodes = leader ? [{ ...leader, rack: leader.rack ?? undefined }] : [];
    return this.#ports.cluster.learnLeader(partition, { ...currentLeader, nodes });
  }

  /** One failure or two may pass unseen. */
  #complain(tasks: readonly FetchTask[], error: PartitionError): void {
    if (this.#pace.failures > patientFailures) this.#ports.onTrouble(tasks, error);
  }

  /** A broker is to hold an empty answer back; one that does not must not make us spin. */
  #slowDown(broughtAnything: boolean, tookMs: number): void {
    const { clock, limits } = this.#ports;
    if (broughtAnything || tookMs >= Math.max(limits.maxWaitMs * tooSoonShare, shortestWaitMs)) {
      this.#fruitless = 0;
      return;
    }
    this.#fruitless++;
    if (this.#fruitless < 2) return;
    const pauseMs = Math.min(Math.max(limits.maxWaitMs, 100), 10 * 2 ** Math.min(this.#fruitless, 10));
    this.#pace.notBefore = clock.now() + pauseMs;
  }

  #report(
    tasks: readonly FetchTask[],
    result: {
      readonly answer: Answer<typeof fetch> | undefined;
      readonly tookMs: number;
      readonly error: string | undefined;
    },
  ): void {
    const partitions = result.answer?.body.responses.flatMap((topic) => topic.partitions) ?? [];
    this.#ports.observe({
      type: "fetch.completed",
      sessionId: this.#ports.sessionId,
      nodeId: this.#nodeId,
      partitionsAsked: tasks.length,
      partitionsAnswered: partitions.length,
      bytes: partitions.reduce((sum, { records }) => sum + (records?.byteLength ?? 0), 0),
      tookMs: result.tookMs,
      throttleTimeMs: result.answer?.body.throttleTimeMs ?? 0,
      fetchSessionId: result.answer?.body.sessionId || undefined,
      error: result.error,
    });
  }
}
