import type { Clock } from "#base/clock.ts";
import { Emitter, type Event } from "#base/events.ts";
import { type Disposable, toDisposable } from "#base/lifecycle.ts";
import type { Observation, ObservationBody, Observe, Vantage } from "./observation.ts";
import { defaultRingLimits, type Moment, type Replay, Ring, type RingLimits } from "./ring.ts";
import { defaultGateLimits, type GateLimits, SourceGate } from "./sourceGate.ts";

/** Who observes: one per engine session, playground or observer. */
export interface Source {
  readonly sourceId: string;
  readonly clusterId: string;
  readonly vantage: Vantage;
  /** The clock of its cluster: sessions on a playground use the playground's. */
  readonly clock: Clock;
  /** What its rate is measured by, where that is another one: a clock that stands still would hold values back. */
  readonly pace?: Clock | undefined;
}

/** A source's end: `observe` reports, `dispose` lets through what still waits and ends the source. */
export interface RegisteredSource extends Disposable {
  readonly observe: Observe;
}

/** The model the trace is folded into; injected, as the model knows the trace and not the reverse. */
export interface FoldedModel {
  fold(observation: Observation): void;
  /** The whole state as text, from which the fold can go on later. */
  serialise(): string;
}

export interface RecorderOptions {
  readonly ring?: RingLimits | undefined;
  readonly gate?: GateLimits | undefined;
}

/** Sources that were merged are reported this often at most. */
const mergedReportMs = 1_000;

/**
 * Where every observation passes: it gets its envelope, is folded into the model, is kept in the ring and told to
 * subscribers, in that order, so that a subscriber always sees a model that includes what it was told.
 */
export class Recorder implements Disposable {
  readonly #model: FoldedModel;
  readonly #ring: Ring;
  readonly #gateLimits: GateLimits;
  readonly #gates = new Map<SourceGate, Disposable>();
  readonly #recorded = new Emitter<Observation>();
  #seq = 0;

  /** Every observation, after it was folded. */
  readonly onRecorded: Event<Observation> = this.#recorded.event;

  constructor(model: FoldedModel, options: RecorderOptions = {}) {
    this.#model = model;
    this.#ring = new Ring(options.ring ?? defaultRingLimits);
    this.#gateLimits = options.gate ?? defaultGateLimits;
  }

  /** How many observations were recorded since the start. */
  get recorded(): number {
    return this.#seq;
  }

  /** How many the ring let go. */
  get dropped(): number {
    return this.#ring.droppedObservations;
  }

  /** What the ring holds, in bytes, estimated. */
  get bytes(): number {
    return this.#ring.bytes;
  }

  /** From the first to the last moment of a cluster that can be shown. */
  extentOf(clusterId: string): { readonly fromAt: number; readonly toAt: number } | undefined {
    return this.#ring.extentOf(clusterId);
  }

  register(source: Source): RegisteredSource {
    let reportedAt = Number.NEGATIVE_INFINITY;
    const gate = new SourceGate(
      source,
      ({ at, body }) => {
        this.#record(source, at, body);
        if (at - reportedAt < mergedReportMs) return;
        const merged = gate.takeMerged();
        if (!merged) return;
        reportedAt = at;
        this.#reportMerged(source, at, merged);
      },
      this.#gateLimits,
    );
    const end = toDisposable(() => {
      this.#gates.delete(gate);
      gate.dispose();
      const merged = gate.takeMerged();
      if (merged) this.#reportMerged(source, source.clock.now(), merged);
    });
    this.#gates.set(gate, end);
    let ended = false;
    return {
      observe: (body) => {
        if (!ended) gate.take(body);
      },
      dispose: () => {
        ended = true;
        end.dispose();
      },
    };
  }

  /** Everything kept, beginning with a keyframe: what a saved trace holds. Lets through first what still waits. */
  replay(): Replay | undefined {
    for (const gate of this.#gates.keys()) gate.drain();
    return this.#ring.all();
  }

  /** What to fold to see a cluster at that moment of its own clock. */
  replayUntil(moment: Moment): Replay | undefined {
    return this.#ring.until(moment);
  }

  dispose(): void {
    for (const end of Array.from(this.#gates.values())) end.dispose();
    this.#recorded.dispose();
  }

  #reportMerged(
    source: Source,
    at: number,
    merged: { readonly count: number; readonly sinceAt: number },
  ): void {
    this.#record({ ...source, sourceId: "recorder" }, at, {
      type: "recorder.merged",
      mergedSourceId: source.sourceId,
      ...merged,
    });
  }

  #record(source: Source, at: number, body: ObservationBody): void {
    const { sourceId, clusterId, vantage } = source;
    const observation: Observation = { seq: this.#seq, at, sourceId, clusterId, vantage, ...body };
    if (this.#ring.wantsKeyframe) {
      this.#ring.beginSegment({
        seq: this.#seq,
        at,
        model: this.#seq === 0 ? undefined : this.#model.serialise(),
      });
    }
    this.#seq += 1;
    this.#model.fold(observation);
    this.#ring.append(observation);
    this.#recorded.fire(observation);
  }
}
