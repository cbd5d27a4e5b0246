import type { Finding } from "#model/finding.ts";
import type { Model } from "#model/model.ts";

/** One model with what is wrong in it: the live one, or that of an opened trace. */
export interface PresentedModel {
  readonly model: Model;
  readonly findings: readonly Finding[];
  readonly now: number;
}

/** What presenters draw from: the live model, and the traces that are open, each with its own. */
export interface Presentation {
  /** In the order of their roots. */
  all(): readonly PresentedModel[];
  /** The model that knows this cluster; the live one if none does. */
  of(clusterId: string): PresentedModel;
}
