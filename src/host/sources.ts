import type { Disposable } from "#base/lifecycle.ts";
import type { Observe, Vantage } from "#trace/observation.ts";

/** Who observes: one per engine session, playground or observer. */
export interface SourceIdentity {
  readonly sourceId: string;
  readonly clusterId: string;
  readonly vantage: Vantage;
}

/** A source's way into the trace, until it is disposed. */
export interface OpenedSource extends Disposable {
  readonly observe: Observe;
}

/** Gives a source its way into the trace. */
export type OpenSource = (source: SourceIdentity) => OpenedSource;
