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

/** A moment of a cluster, by its own clock: a playground's can be behind the others, or ahead. */
export interface Moment {
  readonly clusterId: string;
  readonly at: number;
}

interface Extent {
  readonly fromAt: number;
  readonly toAt: number;
}

interface Segment {
  readonly keyframe: Keyframe;
  readonly observations: Observation[];
  /** What was observed of each cluster, by its own clock. */
  readonly extents: Map<string, Extent>;
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
    this.#segments.push({
      keyframe,
      observations: [],
      extents: new Map(),
      keyframeBytes: keyframe.model?.length ?? 0,
      bytes: 0,
    });
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
    const { clusterId, at } = observation;
    segment.extents.set(clusterId, joined(segment.extents.get(clusterId), { fromAt: at, toAt: at }));
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

  /**
   * What to fold to see a cluster as it was: from the last keyframe that nothing later went into. Undefined when the
   * moment is before all that is kept of it.
   */
  until({ clusterId, at }: Moment): Replay | undefined {
    const segment = this.#segments.findLast(({ extents }) => {
      const extent = extents.get(clusterId);
      return extent !== undefined && extent.fromAt <= at;
    });
    return (
      segment && {
        keyframe: segment.keyframe,
        observations: segment.observations.filter(
          (observation) => observation.clusterId === clusterId && observation.at <= at,
        ),
      }
    );
  }

  /** From the first to the last moment of a cluster that can be shown; undefined when nothing is kept of it. */
  extentOf(clusterId: string): Extent | undefined {
    return this.#segments.reduce<Extent | undefined>((sum, { extents }) => {
      const extent = extents.get(clusterId);
      return extent ? joined(sum, extent) : sum;
    }, undefined);
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

function joined(a: Extent | undefined, b: Extent): Extent {
  return a ? { fromAt: Math.min(a.fromAt, b.fromAt), toAt: Math.max(a.toAt, b.toAt) } : b;
}
