import { type Random, randomInt } from "#base/random.ts";
import { FetchSession } from "./fetchSession.ts";

/** All sessions together: five clients that fetch everything a playground can hold, or thousands of usual ones. */
const mostPartitions = 100_000;

/** The fetch sessions of all nodes; the one unused for longest makes room for a new one. */
export class FetchSessions {
  readonly #random: Random;
  readonly #maxSessions: number;
  /** The most partitions one session may remember. */
  readonly maxPartitions: number;
  /** In order of use. */
  readonly #sessions = new Map<number, FetchSession>();

  constructor(options: {
    readonly random: Random;
    readonly maxSessions: number;
    readonly maxPartitions: number;
  }) {
    this.#random = options.random;
    this.#maxSessions = options.maxSessions;
    this.maxPartitions = options.maxPartitions;
  }

  get size(): number {
    return this.#sessions.size;
  }

  create(owner: { readonly nodeId: number; readonly usesTopicIds: boolean }): FetchSession {
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size >= this.#maxSessions && oldest !== undefined) this.#sessions.delete(oldest);
    let sessionId = 0;
    while (sessionId === 0 || this.#sessions.has(sessionId))
      sessionId = 1 + randomInt(this.#random, 0x7ffffffe);
    const session = new FetchSession(sessionId, owner);
    this.#sessions.set(sessionId, session);
    return session;
  }

  /** Ends sessions unused for longest until what all of them remember is bounded; their clients begin new ones. */
  makeRoomFor(kept: FetchSession): void {
    let partitions = 0;
    for (const session of this.#sessions.values()) partitions += session.size;
    for (const [sessionId, session] of this.#sessions) {
      if (partitions <= mostPartitions) return;
      if (session === kept && kept.size <= mostPartitions) continue;
      this.#sessions.delete(sessionId);
      partitions -= session.size;
    }
  }

  /** The session, without counting as a use. */
  peek(sessionId: number): FetchSession | undefined {
    return this.#sessions.get(sessionId);
  }

  /** The session, which counts as used now; other nodes do not know it. */
  use(sessionId: number, nodeId: number): FetchSession | undefined {
    const session = this.#sessions.get(sessionId);
    if (session?.nodeId !== nodeId) return undefined;
    this.#sessions.delete(sessionId);
    this.#sessions.set(sessionId, session);
    return session;
  }

  /** A node's sessions live in its memory only. */
  nodeDown(nodeId: number): void {
    for (const [sessionId, session] of Array.from(this.#sessions)) {
      if (session.nodeId === nodeId) this.#sessions.delete(sessionId);
    }
  }

  close(sessionId: number, nodeId: number): void {
    if (this.#sessions.get(sessionId)?.nodeId === nodeId) this.#sessions.delete(sessionId);
  }
}
