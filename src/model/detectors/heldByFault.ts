import { type Finding, findingId } from "../finding.ts";
import type { ClusterModel } from "../model.ts";
import { countedText, durationText } from "../words.ts";

/**
 * Faults of the playground that have held an answer for longer than `toleranceMs`: whoever waits for it may have given up
 * by now, and then nothing else says why the group does not get on.
 */
export function findHoldingFaults(
  cluster: ClusterModel,
  now: number,
  toleranceMs: number,
): readonly Finding[] {
  const { clusterId, playground } = cluster;
  const findings: Finding[] = [];
  for (const [faultId, { latest: fault }] of playground.faults) {
    // A trace of before this was told says only since when the fault is on.
    const { heldSince = fault.since } = fault;
    const heldMs = now - heldSince;
    if (!fault.enabled || fault.removed || fault.holding === 0 || heldMs < toleranceMs) continue;
    const held = countedText(BigInt(fault.holding), "answer");
    findings.push({
      id: findingId("heldByFault", clusterId, faultId),
      clusterId,
      kind: "heldByFault",
      severity: "warning",
      title: `Fault holds ${held}: ${fault.title}`,
      detail: `the oldest for ${durationText(heldMs)} · ${countedText(BigInt(fault.hits), "request")} hit so far`,
      cause: `The playground's fault “${fault.title}” holds ${held}. Whoever waits for them gets nothing until it lets go or is turned off; members that wait longer than their session timeout are removed, join again, and wait again.`,
      evidence: [
        { label: "oldest held", value: durationText(heldMs), at: heldSince },
        { label: "on since", value: durationText(now - fault.since), at: fault.since },
        { label: "requests hit", value: String(fault.hits) },
        { label: "held now", value: String(fault.holding) },
      ],
      since: heldSince,
      subjects: [
        fault.groupId === undefined ? { kind: "cluster" } : { kind: "group", groupId: fault.groupId },
      ],
      remedies: [
        {
          title: "Turn off the fault",
          hint: "Releases what it holds; the playground answers as usual again.",
          changes: true,
          action: { kind: "disableFault", clusterId, faultId },
        },
      ],
    });
  }
  return findings;
}
