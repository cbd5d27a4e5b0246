import type { Observe, Vantage } from "#trace/observation.ts";

/** Who observes: one per engine session, playground or observer. */
export interface SourceIdentity {
  readonly sourceId: string;
  readonly clusterId: string;
  readonly vantage: Vantage;
}

/** Gives a source its way into the trace. */
export type OpenSource = (source: SourceIdentity) => Observe;
