import type { CommitState } from "#trace/observations/commit.ts";
import type { Evidence } from "./finding.ts";
import { allowRebalance, pollNow } from "./holdRemedies.ts";
import type { ClusterModel } from "./model.ts";
import type { Remedy } from "./remedy.ts";

import { heldRebalance, runningCallback } from "./sessionHolds.ts";
import { countedText, partitionsText } from "./words.ts";

/** What is known of a wait that the consumer itself causes, by its gate or its callback. */
export interface OwnHold {
  readonly evidence: readonly Evidence[];
  readonly endsBy: readonly Evidence[];
  readonly remedies: readonly Remedy[];
}

const nothing: OwnHold = { evidence: [], endsBy: [], remedies: [] };

/** Why a commit's own consumer keeps it waiting: the records in hand, or the callback that runs. */
export function ownHold({ cluster }: { readonly cluster: ClusterModel }, commit: CommitState): OwnHold {
  const { blocked, sessionId } = commit;
  const session = sessionId === undefined ? undefined : cluster.sessions.get(sessionId);
  if (!session || sessionId === undefined) return nothing;
  if (blocked?.by === "gateHeld") {
    const held = heldRebalance(session);
    const records = held?.records === undefined ? "records" : countedText(held.records, "record");
    return {
      evidence: held
        ? [{ label: "records in hand", at: held.heldSince, value: `${records}, the first polled then` }]
        : [],
      endsBy:
        held?.evictedAt === undefined
          ? []
          : [{ label: "ends by", at: held.evictedAt, value: "the group puts this consumer out" }],
      remedies: [allowRebalance(cluster.clusterId, sessionId)],
    };
  }
  const callback = blocked?.by === "callbackRunning" ? runningCallback(session) : undefined;
  if (callback) {
    const what = `on-${callback.callback} runs since then, about ${partitionsText(callback.partitions)}`;
    return { ...nothing, evidence: [{ label: "callback", at: callback.startedAt, value: what }] };
  }
  if (blocked?.by === "notPolled") {
    return { ...nothing, remedies: [pollNow(cluster.clusterId, sessionId)] };
  }
  return nothing;
}
