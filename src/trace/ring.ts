import { estimateBytes } from "./estimateBytes.ts";
import type { Observation } from "./observation.ts";

/** The state before some observation: where a fold can start. */
export interface Keyframe {
  /** Of the first observation after it. */
  readonly seq: number;
  readonly at: number;
  /** The serialised model; undefined stands for the empty one. */
  readonly model: string | undefined;
}

/** A keyframe with what followed it. */
export interface Replay {
  readonly keyframe: Keyframe;
  readonly observations: readonly Observation[];
}

export interface RingLimits {
  readonly maxObservations: number;
  readonly maxBytes: number;
  /** A keyframe at least this often. */
  readonly keyframeEvery: number;
}

export const defaultRingLimits: RingLimits = {
  maxObservations: 200_000,
  maxBytes: 64_000_000,
  keyframeEvery: 10_000,
};

interface Segment {
  readonly keyframe: Keyframe;
  readonly observations: Observation[];
  readonly keyframeBytes: number;
  /** Of the observations alone. */
  bytes: number;
}

/**
 * The newest observations, as segments that each begin with a keyframe. Whole segments are let go, so that what is
 * left always begins with one and the past can be folded from there.
 */
export class Ring {
  readonly #limits: RingLimits;
  readonly #segments: Segment[] = [];
  #dropped = 0;

  constructor(limits: RingLimits = defaultRingLimits) {
    this.#limits = limits;
  }

  /** True when the next observation must be preceded by a keyframe. */
  get wantsKeyframe(): boolean {
    const last = this.#segments.at(-1);
    if (!last) return true;
    // Writing a keyframe costs in proportion to its size: of a large model there are fewer, so that it stays cheap.
    if (last.bytes < 2 * last.keyframeBytes) return false;
    // A segment is never more than a quarter of the ring, or letting one go would let go of nearly everything.
    return (
      last.observations.length >= Math.min(this.#limits.keyframeEvery, this.#limits.maxObservations / 4) ||
      last.bytes >= this.#limits.maxBytes / 4
    );
  }

  /** How many observations were let go since the start. */
  get droppedObservations(): number {
    return this.#dropped;
  }

  get size(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.observations.length, 0);
  }

  get bytes(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.bytes + segment.keyframeBytes, 0);
  }

  beginSegment(keyframe: Keyframe): void {
    this.#segments.push({ keyframe, observations: [], keyframeBytes: keyframe.model?.length ?? 0, bytes: 0 });
    this.#trim();
  }

  append(observation: Observation): void {
    let segment = this.#segments.at(-1);
    if (!segment) {
      this.beginSegment({ seq: observation.seq, at: observation.at, model: undefined });
      segment = this.#segments.at(-1);
    }
    if (!segment) return;
    segment.observations.push(observation);
    segment.bytes += estimateBytes(observation);
    this.#trim();
  }

  /** Everything that is kept. */
  all(): Replay | undefined {
    const first = this.#segments[0];
    return (
      first && { keyframe: first.keyframe, observations: this.#segments.flatMap((each) => each.observations) }
    );
  }

  /** What to fold to see the moment `at`: from the last keyframe that is not after it. Undefined when nothing is kept. */
  until(at: number): Replay | undefined {
    const segment = this.#segments.findLast(({ keyframe }) => keyframe.at <= at) ?? this.#segments[0];
    return (
      segment && {
        keyframe: segment.keyframe,
        observations: segment.observations.filter((observation) => observation.at <= at),
      }
    );
  }

  /** From the first to the last moment that can be shown. */
  get extent(): { readonly fromAt: number; readonly toAt: number } | undefined {
    const first = this.#segments[0];
    const last = this.#segments.at(-1);
    if (!first || !last) return undefined;
    return { fromAt: first.keyframe.at, toAt: last.observations.at(-1)?.at ?? last.keyframe.at };
  }

  #trim(): void {
    while (
      this.#segments.length > 1 &&
      (this.size > this.#limits.maxObservations || this.bytes > this.#limits.maxBytes)
    ) {
      this.#dropped += this.#segments.shift()?.observations.length ?? 0;
    }
  }
}
