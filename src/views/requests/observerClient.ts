import type { ReadExchange } from "./summaries.ts";

/** The name of Groupscope's own client that asks a cluster, over and over, for what the sidebar shows. */
export const observerClientId = "groupscope-observer";

export function isByObserver({ summary }: ReadExchange): boolean {
  return summary.clientId === observerClientId;
}
