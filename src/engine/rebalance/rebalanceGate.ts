import type { Clock } from "#base/clock.ts";
import { type Disposable, toDisposable } from "#base/lifecycle.ts";
import type { TopicPartition } from "#base/topicPartition.ts";
import type { SessionGate, WaitingCallback } from "#trace/observations/session.ts";

/** What the gate needs of the consumer it belongs to. */
export interface RebalanceGatePorts {
  readonly clock: Clock;
  readonly sessionId: string;
  /** False: polls hold nothing, and every rebalance passes at once. */
  readonly isOn: boolean;
  readonly rebalanceTimeoutMs: number;
  readonly observe: (observation: SessionGate) => void;
  /** All that had the right of way has passed: polls that waited for it may deliver. */
  readonly onPassed: () => void;
}

/** Who wants to pass: a rebalance, for a reason in words, or one of the application's callbacks. */
export type GatePasser =
  | { readonly kind: "rebalance"; readonly reason: string }
  | {
      readonly kind: "callback";
      readonly callback: WaitingCallback["callback"];
      readonly partitions: readonly TopicPartition[];
    };

interface Waiting {
  readonly since: number;
  readonly passer: GatePasser;
  readonly go: () => void;
}

/**
 * Keeps rebalances, and the application's callbacks, away from whoever processes the records of a poll (franz-go's
 * BlockRebalanceOnPoll).
 *
 *              a poll returned records            allow
 *     open ─────────────────────────────▶ held ─────────▶ open
 *      │                                   │
 *      │ a rebalance or a callback begins  │ one begins: it waits; allow lets all that wait through
 *      ▼                                   ▼
 *     passing ── the last is done ──▶ open   held, waited for
 *
 * Further polls while it is held go on delivering, empty polls hold nothing, and `allow` during a poll takes back what
 * was held until then and no more: none of that can wait for itself. While anything passes, polls deliver nothing.
 */
export class RebalanceGate {
  readonly #ports: RebalanceGatePorts;
  /** In the order in which they came. */
  readonly #waiting = new Set<Waiting>();
  /** What passes now; each until it says that it is done. */
  readonly #passing = new Set<GatePasser>();
  #held: { readonly since: number; readonly records: number } | undefined;
  #announcedAt: number | undefined;
  #isEnding = false;

  constructor(ports: RebalanceGatePorts) {
    this.#ports = ports;
  }

  /** Something passes: it has the right of way. */
  get isPassing(): boolean {
    return this.#passing.size > 0;
  }

  /** Since when a rebalance waits for `allow`. */
  get waitedForSince(): number | undefined {
    return this.#firstWaiting("rebalance")?.since;
  }

  get state(): SessionGate {
    const { sessionId, rebalanceTimeoutMs } = this.#ports;
    const rebalance = this.#firstWaiting("rebalance");
    const callback = this.#firstWaiting("callback");
    return {
      type: "session.gate",
      sessionId,
      held: this.#held !== undefined,
      heldSince: this.#held?.since,
      records: this.#held?.records,
      waitingSince: rebalance?.since,
      reason: rebalance?.passer.reason,
      callbackWaits: callback && {
        since: callback.since,
        callback: callback.passer.callback,
        partitions: callback.passer.partitions,
      },
      announcedAt: this.#announcedAt,
      evictedAt:
        rebalance && this.#announcedAt !== undefined ? this.#announcedAt + rebalanceTimeoutMs : undefined,
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
   * The records of all polls until now are dealt with: what waits goes on, and has the right of way at once, or a poll
   * that follows directly would keep it waiting again, and for ever.
   */
  allow(): void {
    if (!this.#held) return;
    this.#held = undefined;
    this.#letThrough(Array.from(this.#waiting));
  }

  /**
   * The consumer is being stopped, and the application is to hear before that ends that its partitions go: its callbacks
   * wait for nothing any more. A rebalance that waits is left to wait; it has come to nothing soon.
   */
  ending(): void {
    this.#isEnding = true;
    const callbacks = Array.from(this.#waiting).filter(({ passer }) => passer.kind === "callback");
    if (callbacks.length > 0) this.#letThrough(callbacks);
  }

  /** The coordinator said that it gathers the group: who is not back within the rebalance timeout is put out. */
  announced(): void {
    if (this.#announcedAt !== undefined) return;
    this.#announcedAt = this.#ports.clock.now();
    if (this.waitedForSince !== undefined) this.#show();
  }

  /**
   * Waits until it may pass, and has the right of way from then until it is disposed of; undefined when `signal` aborted
   * before. At once when nothing is held.
   */
  async pass(passer: GatePasser, signal: AbortSignal): Promise<Disposable | undefined> {
    if (signal.aborted) return undefined;
    if (!this.#ports.isOn) return toDisposable(() => {});
    if (!this.#held || (this.#isEnding && passer.kind === "callback")) this.#passing.add(passer);
    else await this.#allowed(passer, signal);
    if (!this.#passing.has(passer)) return undefined;
    return toDisposable(() => this.#passed(passer));
  }

  /** A generation begins, or the membership is over: nobody counts the time any more. */
  settled(): void {
    this.#announcedAt = undefined;
  }

  #letThrough(waiting: readonly Waiting[]): void {
    for (const each of waiting) {
      this.#waiting.delete(each);
      this.#passing.add(each.passer);
    }
    this.#show();
    for (const { go } of waiting) go();
  }

  #passed(passer: GatePasser): void {
    this.#passing.delete(passer);
    if (!this.isPassing) this.#ports.onPassed();
  }

  /** Until `allow`, or until nobody wants it any more. */
  #allowed(passer: GatePasser, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const giveUp = () => {
        this.#waiting.delete(waiting);
        this.#show();
        resolve();
      };
      const go = () => {
        signal.removeEventListener("abort", giveUp);
        resolve();
      };
      const waiting = { since: this.#ports.clock.now(), passer, go };
      this.#waiting.add(waiting);
      signal.addEventListener("abort", giveUp, { once: true });
      this.#show();
    });
  }

  #firstWaiting<Kind extends GatePasser["kind"]>(kind: Kind) {
    for (const { since, passer } of this.#waiting) {
      if (isOfKind(passer, kind)) return { since, passer };
    }
    return undefined;
  }

  #show(): void {
    this.#ports.observe(this.state);
  }
}

function isOfKind<Kind extends GatePasser["kind"]>(
  passer: GatePasser,
  kind: Kind,
): passer is Extract<GatePasser, { readonly kind: Kind }> {
  return passer.kind === kind;
}
