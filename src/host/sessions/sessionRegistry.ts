import { CancelledError, type Clock, withDeadline } from "#base/clock.ts";
import type { Disposable } from "#base/lifecycle.ts";
import type { Transport } from "#base/transport.ts";
import type { ConsumerOptions } from "#engine/consumerOptions.ts";
import { ConsumerSession } from "#engine/consumerSession.ts";
import type { CloseOrder } from "#engine/leaveInOrder.ts";
import { ClusterClient } from "#network/clusterClient.ts";
import type { Observe } from "#trace/observation.ts";
import type { BytesStore } from "../bytesStore.ts";
import { ChannelError } from "../channel/channelError.ts";
import type { ClusterRegistry } from "../clusters/clusterRegistry.ts";
import type { HostDeps } from "../hostDeps.ts";
import type { OpenSource } from "../sources.ts";

/** A session that runs, with what it owns. */
export interface RunningSession {
  readonly options: ConsumerOptions;
  readonly clusterId: string;
  readonly session: ConsumerSession;
  /** Its cluster's. */
  readonly clock: Clock;
  /** For facts about the session that the engine does not know, such as who drives it. */
  readonly observe: Observe;
  /** Ends with the session: whatever drives it. */
  drive(driver: Disposable): void;
}

/** How long leaving a group may take before the session ends without. */
const closeLimitMs = 5_000;

/** What a session may take beyond its own deadline to notice that it passed. */
const closeSpareMs = 500;

/** All engine sessions that run: debug consumers and scripted members. Each has a client of its own. */
export class SessionRegistry {
  readonly #deps: HostDeps;
  readonly #openSource: OpenSource;
  readonly #clusters: ClusterRegistry;
  readonly #bytes: BytesStore;
  readonly #clockOf: (clusterId: string) => Clock;
  readonly #running = new Map<string, RunningSession & { readonly end: () => void }>();

  constructor(options: {
    readonly deps: HostDeps;
    readonly openSource: OpenSource;
    readonly clusters: ClusterRegistry;
    readonly bytes: BytesStore;
    /** A playground has a clock of its own, which everybody on it shares. */
    readonly clockOf: (clusterId: string) => Clock;
  }) {
    this.#deps = options.deps;
    this.#openSource = options.openSource;
    this.#clusters = options.clusters;
    this.#bytes = options.bytes;
    this.#clockOf = options.clockOf;
  }

  get running(): readonly RunningSession[] {
    return [...this.#running.values()];
  }

  isRunning(sessionId: string): boolean {
    return this.#running.has(sessionId);
  }

  get(sessionId: string): RunningSession {
    const found = this.#running.get(sessionId);
    if (!found) throw new ChannelError("NOT_FOUND", "That debug consumer has ended. Start another one.");
    return found;
  }

  /** Starts a session, on a network of its own if one is given; what becomes of it is told by observations. */
  async start(
    clusterId: string,
    options: ConsumerOptions,
    { transport = this.#deps.transport }: { readonly transport?: Transport | undefined } = {},
  ): Promise<RunningSession> {
    const settings = await this.#clusters.settingsOf(clusterId);
    const { random, clock: pace } = this.#deps;
    const clock = this.#clockOf(clusterId);
    const { sessionId } = options;
    const source = this.#openSource({ sourceId: sessionId, clusterId, vantage: "member", clock, pace });
    const client = new ClusterClient({ ...settings, clientId: options.clientId, transport, clock, random });
    const session = new ConsumerSession(options, {
      cluster: client,
      clock,
      pace,
      random,
      observe: source.observe,
      storeBytes: (bytes) => this.#bytes.add(bytes),
    });
    const drivers: Disposable[] = [];
    const end = () => {
      if (!this.#running.delete(sessionId)) return;
      for (const driver of drivers) driver.dispose();
      client.close();
      source.dispose();
    };
    const running = {
      options,
      clusterId,
      session,
      clock,
      observe: source.observe,
      drive: (driver: Disposable) => void drivers.push(driver),
      end,
    };
    this.#running.set(sessionId, running);
    session.onEnded(end);
    session.start();
    return running;
  }

  /** Leaves the group as Kafka's clients do, unless told otherwise, and ends; says what could not be done in time. */
  async stop(
    sessionId: string,
    reason: string,
    how: {
      readonly deadlineMs?: number | undefined;
      readonly leaveGroup?: CloseOrder["leaveGroup"] | undefined;
      readonly commit?: CloseOrder["commit"];
    } = {},
  ): Promise<readonly string[]> {
    const running = this.#running.get(sessionId);
    if (!running) return [];
    const { deadlineMs = closeLimitMs, leaveGroup = "unlessStatic", commit } = how;
    const closing = running.session.close({ deadlineMs, leaveGroup, commit, reason });
    const couldNot = await this.#inTime(closing, deadlineMs);
    if (this.#running.has(sessionId) && couldNot.length > 0) {
      // It still waits in a clock that stands still, and will tell nobody that it ended.
      running.observe({ type: "session.ended", sessionId, reason: "stopped", message: reason, couldNot });
    }
    running.end();
    return couldNot;
  }

  /** Ends a session as a process that dies does: without a word to its group. */
  async crash(sessionId: string, reason: string): Promise<void> {
    const running = this.#running.get(sessionId);
    if (!running) return;
    await running.session.close({ deadlineMs: 0, leaveGroup: false, reason });
    running.end();
  }

  /** The session's own deadline may be one of a clock that stands still. */
  async #inTime(
    closing: Promise<{ readonly couldNot: readonly string[] }>,
    deadlineMs: number,
  ): Promise<readonly string[]> {
    const { clock } = this.#deps;
    const deadlineAt = clock.now() + deadlineMs + closeSpareMs;
    try {
      const { couldNot } = await withDeadline(clock, closing, { what: "leaving", deadlineAt });
      return couldNot;
    } catch (error) {
      if (!CancelledError.is(error, "deadline")) throw error;
      return ["leave the group: its clock stands still"];
    }
  }

  async stopAll(
    reason: string,
    options: { readonly deadlineMs: number; readonly clusterId?: string | undefined },
  ): Promise<readonly string[]> {
    const concerned = this.running.filter(
      ({ clusterId }) => options.clusterId === undefined || clusterId === options.clusterId,
    );
    const left = await Promise.all(
      concerned.map((each) => this.stop(each.options.sessionId, reason, { deadlineMs: options.deadlineMs })),
    );
    return left.flat();
  }
}
