import type { Remedy } from "./remedy.ts";

/** Lets the rebalance through. */
export function allowRebalance(clusterId: string, sessionId: string): Remedy {
  return {
    title: "Allow the rebalance",
    hint: "Says that the records of all polls so far are dealt with: the consumer gives up what it must and joins again.",
    changes: true,
    action: { kind: "allowRebalance", clusterId, sessionId },
  };
}

/** Brings a consumer back into its group that left because nobody polled it. */
export function pollNow(clusterId: string, sessionId: string): Remedy {
  return {
    title: "Poll…",
    hint: "The consumer joins its group again at once.",
    changes: true,
    action: { kind: "poll", clusterId, sessionId },
  };
}
