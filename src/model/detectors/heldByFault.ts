import type { BrokerFault } from "#trace/observations/broker.ts";
import { type Finding, findingId } from "../finding.ts";
import type { ClusterModel } from "../model.ts";
import { type FaultHold, holdPauseMs } from "../playgroundRun.ts";
import { countedText, countText, durationText } from "../words.ts";

/**
 * Faults of the playground that have held an answer for longer than `toleranceMs`: whoever waited for it gives up and asks
 * again, and is held again, and nothing else says why the group does not get on. One that delays each answer is none.
 */
export function findHoldingFaults(
  cluster: ClusterModel,
  now: number,
  toleranceMs: number,
): readonly Finding[] {
  return [...cluster.playground.faults.values()].flatMap((fault) => {
    const { latest, hold } = fault;
    if (!latest.enabled || latest.removed || !hold) return [];
    if (hold.toAt !== undefined && now - hold.toAt >= holdPauseMs) return [];
    // A trace of before this was told says only since when the fault holds.
    const heldMs = latest.holding === 0 ? 0 : now - (latest.heldSince ?? hold.fromAt);
    const isLong = Math.max(hold.longestMs, heldMs) >= toleranceMs;
    return isLong ? [finding(cluster, { fault: latest, hold }, now)] : [];
  });
}

function finding(
  { clusterId }: ClusterModel,
  { fault, hold }: { readonly fault: BrokerFault; readonly hold: FaultHold },
  now: number,
): Finding {
  const { faultId, title, holding, heldSince } = fault;
  const held = holding === 0 ? "answers" : countedText(holding, "answer");
  const heldMs = now - hold.fromAt;
  const isSame = heldSince === undefined || heldSince <= hold.fromAt;
  return {
    id: findingId("heldByFault", clusterId, faultId),
    clusterId,
    kind: "heldByFault",
    severity: "warning",
    title: `Fault holds ${held}: ${title}`,
    detail: `${isSame && holding > 0 ? "the oldest for" : "on and off for"} ${durationText(heldMs)} · ${countedText(fault.hits, "request")} hit so far`,
    cause: `The playground's fault “${title}” holds ${held}. Whoever waits for them gets nothing until it lets go or is turned off; members that wait longer than their session timeout are removed, join again, and wait again.`,
    evidence: [
      { label: "holds since", value: durationText(heldMs), at: hold.fromAt },
      ...(heldSince === undefined
        ? []
        : [{ label: "oldest held now", value: durationText(now - heldSince), at: heldSince }]),
      { label: "on since", value: durationText(now - fault.since), at: fault.since },
      { label: "requests hit", value: countText(fault.hits) },
      { label: "held now", value: countText(holding) },
    ],
    since: hold.fromAt,
    subjects: [fault.groupId === undefined ? { kind: "cluster" } : { kind: "group", groupId: fault.groupId }],
    remedies: [
      {
        title: `Turn off “${title}”`,
        hint: "Releases what it holds; the playground answers as usual again.",
        changes: true,
        action: { kind: "disableFault", clusterId, faultId },
      },
    ],
  };
}
