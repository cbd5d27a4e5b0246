import { CancelledError, type Clock } from "#base/clock.ts";
import type { Random } from "#base/random.ts";
import { TopicPartitionMap } from "#base/topicPartition.ts";
import type { Answer, Cluster } from "#network/cluster.ts";
import { fetch } from "#protocol/apis/fetch.ts";
import { type ErrorName, errorName } from "#protocol/errorCodes.ts";
import type { FetchCompleted } from "#trace/observations/fetch.ts";
import type { FetchLimits, IsolationLevel } from "../consumerOptions.ts";
import { errorText } from "../engineError.ts";
import type { AssignedPartition, PartitionError } from "../position/assignedPartition.ts";
import { type FetchedPartition, fetchBody, fetchedPartitions, fetchVersions } from "./fetchRequest.ts";
import { FetchSession, finalEpoch, type PartitionAsk } from "./fetchSession.ts";
import { Pace } from "./pace.ts";

/** A partition to fetch, and the place it is fetched for. */
export interface FetchTask {
  readonly partition: AssignedPartition;
  readonly version: number;
  readonly ask: PartitionAsk;
}

/** What fetching from one broker needs. */
export interface NodeFetcherPorts {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly random: Random;
  readonly channel: string;
  readonly limits: FetchLimits;
  readonly isolation: IsolationLevel;
  readonly sessionId: string;
  readonly closed: AbortSignal;
  readonly observe: (observation: FetchCompleted) => void;
  /** Deals with one partition's answer; true when it brought anything. */
  readonly take: (task: FetchTask, fetched: FetchedPartition) => Promise<boolean>;
  /** Nothing has come of fetching these for a while. */
  readonly onTrouble: (tasks: readonly FetchTask[], error: PartitionError) => void;
}

/** Longer than a broker may hold a fetch back. */
const patienceMs = 30_000;
/** An answer this soon, with nothing in it, was not waited for: more of them would spin. */
const tooSoonShare = 0.5;

const patientFailures = 2;

const sessionErrors: ReadonlySet<ErrorName> = new Set<ErrorName>([
  "FETCH_SESSION_ID_NOT_FOUND",
  "INVALID_FETCH_SESSION_EPOCH",
  "FETCH_SESSION_TOPIC_ID_ERROR",
]);

/** Fetches from one broker: one request at a time, in one fetch session, slower when nothing comes of it. */
export class NodeFetcher {
  readonly #ports: NodeFetcherPorts;
  readonly #nodeId: number;
  readonly #session = new FetchSession();
  readonly #pace = new Pace(5_000);
  #fruitless = 0;
  #isBusy = false;

  constructor(nodeId: number, ports: NodeFetcherPorts) {
    this.#nodeId = nodeId;
    this.#ports = ports;
  }

  /** No request is under way, and none has to wait. */
  isFree(now: number): boolean {
    return !this.#isBusy && this.#pace.isDue(now);
  }

  /** No request before this instant. */
  get notBefore(): number {
    return this.#pace.notBefore;
  }

  /** One request and everything that comes of it. Never rejects. */
  async fetch(tasks: readonly FetchTask[]): Promise<void> {
    const { clock, random } = this.#ports;
    this.#isBusy = true;
    const sentAt = clock.now();
    for (const { partition } of tasks) partition.lastAskedAt = sentAt;
    try {
      const answer = await this.#send(tasks);
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
      this.#slowDown(await this.#takeAll(tasks, answer), tookMs);
    } catch (failure) {
      this.#session.reset();
      this.#pace.failed(clock.now(), random);
      if (CancelledError.is(failure, "aborted")) return;
      const tookMs = clock.now() - sentAt;
      this.#report(tasks, { answer: undefined, tookMs, error: errorText(failure) });
      this.#complain(tasks, { code: "NO_ANSWER", message: errorText(failure) });
    } finally {
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

  #send(tasks: readonly FetchTask[]): Promise<Answer<typeof fetch>> {
    const { cluster, channel, limits, isolation, closed } = this.#ports;
    const asks = tasks.map(({ ask }) => ask);
    const plan = this.#session.plan(asks);
    const total = asks.reduce((sum, ask) => sum + ask.maxBytes, 0);
    const maxBytes = Math.min(limits.maxBytes, total);
    const hasIds = asks.every(({ topicId }) => topicId !== undefined);
    return cluster.send(
      { node: this.#nodeId, channel },
      fetch,
      fetchBody(plan, { limits, isolation, maxBytes }),
      {
        timeoutMs: limits.maxWaitMs + patienceMs,
        signal: closed,
        versions: hasIds ? fetchVersions.all : fetchVersions.byName,
        retry: "never",
      },
    );
  }

  async #takeAll(tasks: readonly FetchTask[], { body, version }: Answer<typeof fetch>): Promise<boolean> {
    const asks = tasks.map(({ ask }) => ask);
    const byPartition = new TopicPartitionMap<FetchTask>();
    for (const task of tasks) byPartition.set(task.ask, task);
    let broughtAnything = false;
    for (const [key, fetched] of fetchedPartitions(body, version, asks)) {
      const task = byPartition.get(key);
      if (task && (await this.#ports.take(task, fetched))) broughtAnything = true;
    }
    return broughtAnything;
  }

  /** One failure or two may pass unseen. */
  #complain(tasks: readonly FetchTask[], error: PartitionError): void {
    if (this.#pace.failures > patientFailures) this.#ports.onTrouble(tasks, error);
  }

  /** A broker is to hold an empty answer back; one that does not must not make us spin. */
  #slowDown(broughtAnything: boolean, tookMs: number): void {
    const { clock, limits } = this.#ports;
    if (broughtAnything || tookMs >= limits.maxWaitMs * tooSoonShare) {
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
