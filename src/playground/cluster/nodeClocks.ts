import type { Clock } from "#base/clock.ts";
import type { WrongClock } from "#trace/observations/broker.ts";

/**
 * The wall clocks of the nodes, which may be wrong: by them a leader stamps records (`LogAppendTime`), judges their
 * timestamps and lets them expire. Timers wait by the playground's one clock, whatever the nodes' clocks show.
 */
export class NodeClocks {
  readonly #clock: Clock;
  #skewMs = 0;
  readonly #ownSkewMs = new Map<number, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What the clock of the node shows, or that of everybody without a clock of their own, in whole ms. */
  now(nodeId?: number): bigint {
    const own = nodeId === undefined ? undefined : this.#ownSkewMs.get(nodeId);
    return BigInt(Math.floor(this.#clock.now() + (own ?? this.#skewMs)));
  }

  /** Those that are off now: the one that many share first, then the nodes' own, those that are right beside it included. */
  get wrong(): readonly WrongClock[] {
    const own = Array.from(this.#ownSkewMs, ([nodeId, aheadMs]) => ({ nodeId, aheadMs }));
    const all: readonly WrongClock[] = [{ aheadMs: this.#skewMs }, ...own];
    return all.filter(({ nodeId, aheadMs }) => aheadMs !== 0 || (nodeId !== undefined && this.#skewMs !== 0));
  }

  /** The node's clock is off by so much; without a node, all clocks are, those of the playground's producers too. */
  skew(byMs: number, nodeId?: number): void {
    if (nodeId !== undefined) {
      this.#ownSkewMs.set(nodeId, byMs);
      return;
    }
    this.#skewMs = byMs;
    this.#ownSkewMs.clear();
  }
}
