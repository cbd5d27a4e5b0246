import { type Finding, findingId } from "../finding.ts";
import type { ClusterModel } from "../model.ts";
import { countedText, durationText } from "../words.ts";

/**
 * Faults of the playground that have held answers for longer than `toleranceMs`: whoever waited for one may have given up
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
    const heldMs = now - fault.since;
    if (!fault.enabled || fault.removed || fault.holding === 0 || heldMs < toleranceMs) continue;
    const held = countedText(BigInt(fault.holding), "answer");
    findings.push({
      id: findingId("heldByFault", clusterId, faultId),
      clusterId,
      kind: "heldByFault",
      severity: "warning",
      title: `Fault holds ${held}: ${fault.title}`,
      detail: `${countedText(BigInt(fault.hits), "request")} hit so far`,
      cause: `The playground's fault “${fault.title}” holds ${held}. Whoever waits for them gets nothing until it lets go or is turned off; members that wait longer than their session timeout are removed, join again, and wait again.`,
      evidence: [
        { label: "on since", value: durationText(heldMs), at: fault.since },
        { label: "requests hit", value: String(fault.hits) },
        { label: "held now", value: String(fault.holding) },
      ],
      since: fault.since,
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
