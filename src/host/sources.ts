import type { Clock } from "#base/clock.ts";
import type { Disposable } from "#base/lifecycle.ts";
import type { Observe, Vantage } from "#trace/observation.ts";

/** Who observes: one per engine session, playground or observer. */
export interface SourceIdentity {
  readonly sourceId: string;
  readonly clusterId: string;
  readonly vantage: Vantage;
  /** Its cluster's clock, where that has one of its own. */
  readonly clock?: Clock | undefined;
  /** What its rate is measured by, where that is another one. */
  readonly pace?: Clock | undefined;
}

/** A source's way into the trace, until it is disposed. */
export interface OpenedSource extends Disposable {
  readonly observe: Observe;
}

/** Gives a source its way into the trace. */
export type OpenSource = (source: SourceIdentity) => OpenedSource;
