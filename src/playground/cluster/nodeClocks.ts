import type { Clock } from "#base/clock.ts";

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
