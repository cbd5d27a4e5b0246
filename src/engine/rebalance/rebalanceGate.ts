import type { Clock } from "#base/clock.ts";
import type { SessionGate } from "#trace/observations/session.ts";

/** What the gate needs of the consumer it belongs to. */
export interface RebalanceGatePorts {
  readonly clock: Clock;
  readonly sessionId: string;
  /** False: polls hold nothing, and every rebalance passes at once. */
  readonly isOn: boolean;
  readonly rebalanceTimeoutMs: number;
  readonly observe: (observation: SessionGate) => void;
  /** A rebalance has passed: polls that waited for it may deliver. */
  readonly onPassed: () => void;
}

/**
 * Keeps rebalances away from whoever processes the records of a poll (franz-go's BlockRebalanceOnPoll).
 *
 *              a poll returned records            allow
 *     open ─────────────────────────────▶ held ─────────▶ open
 *      │                                   │
 *      │ a rebalance begins                │ a rebalance begins: it waits; allow lets it through
 *      ▼                                   ▼
 *     passing ── it is done ──▶ open      held, waited for
 *
 * Further polls while it is held go on delivering, empty polls hold nothing, and `allow` during a poll takes back what
 * was held until then and no more: none of that can wait for itself. While a rebalance passes, polls deliver nothing.
 */
export class RebalanceGate {
  readonly #ports: RebalanceGatePorts;
  readonly #waiting = new Set<() => void>();
  #held: { readonly since: number; readonly records: number } | undefined;
  #waitedFor: { readonly since: number; readonly reason: string } | undefined;
  #announcedAt: number | undefined;
  #isPassing = false;

  constructor(ports: RebalanceGatePorts) {
    this.#ports = ports;
  }

  /** A rebalance passes: it has the right of way. */
  get isPassing(): boolean {
    return this.#isPassing;
  }

  /** Since when a rebalance waits for `allow`. */
  get waitedForSince(): number | undefined {
    return this.#waitedFor?.since;
  }

  get state(): SessionGate {
    const { sessionId, rebalanceTimeoutMs } = this.#ports;
    return {
      type: "session.gate",
      sessionId,
      held: this.#held !== undefined,
      heldSince: this.#held?.since,
      records: this.#held?.records,
      waitingSince: this.#waitedFor?.since,
      reason: this.#waitedFor?.reason,
      announcedAt: this.#announcedAt,
      evictedAt: this.#announcedAt === undefined ? undefined : this.#announcedAt + rebalanceTimeoutMs,
    };
  }

  /** A poll returned so many records: whoever polled has them in hand. */
  delivered(records: number): void {
    const { isOn, clock } = this.#ports;
    if (!isOn || records === 0) return;
    const isFirst = this.#held === undefined;
    this.#held = { since: this.#held?.since ?? clock.now(), records: records + (this.#held?.records ?? 0) };
    if (isFirst) this.#show();
  }

  /**
   * The records of all polls until now are dealt with: a rebalance that waits goes on, and has the right of way at once,
   * or a poll that follows directly would keep it waiting again, and for ever.
   */
  allow(): void {
    if (!this.#held) return;
    this.#held = undefined;
    this.#waitedFor = undefined;
    this.#isPassing = this.#waiting.size > 0;
    this.#show();
    for (const resolve of Array.from(this.#waiting)) resolve();
  }

  /** The coordinator said that it gathers the group: who is not back within the rebalance timeout is put out. */
  announced(): void {
    if (this.#announcedAt !== undefined) return;
    this.#announcedAt = this.#ports.clock.now();
    if (this.#waitedFor) this.#show();
  }

  /** Waits until a rebalance may pass; false when `signal` aborted before. To be followed by `passed`. */
  async pass(reason: string, signal: AbortSignal): Promise<boolean> {
    if (this.#held) {
      this.#waitedFor ??= { since: this.#ports.clock.now(), reason };
      this.#show();
    }
    if (this.#held && !signal.aborted) await this.#allowed(signal);
    if (signal.aborted) {
      this.#stopWaiting();
      this.passed();
      return false;
    }
    this.#isPassing = this.#ports.isOn;
    return true;
  }

  /** Partitions have changed hands. */
  passed(): void {
    if (!this.#isPassing) return;
    this.#isPassing = false;
    this.#ports.onPassed();
  }

  /** A generation begins, or the membership is over: nobody counts the time any more. */
  settled(): void {
    this.#announcedAt = undefined;
    this.#stopWaiting();
    this.passed();
  }

  #stopWaiting(): void {
    if (!this.#waitedFor) return;
    this.#waitedFor = undefined;
    this.#show();
  }

  #allowed(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.#waiting.delete(done);
        signal.removeEventListener("abort", done);
        resolve();
      };
      this.#waiting.add(done);
      signal.addEventListener("abort", done, { once: true });
    });
  }

  #show(): void {
    this.#ports.observe(this.state);
  }
}
