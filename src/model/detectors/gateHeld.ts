import { type Finding, findingId } from "../finding.ts";
import { allowRebalance } from "../holdRemedies.ts";
import type { ClusterModel, SessionModel } from "../model.ts";
import type { Remedy } from "../remedy.ts";
import { type HeldRebalance, heldRebalance } from "../sessionHolds.ts";
import { sessionName } from "../sessionView.ts";
import { countedText, durationText } from "../words.ts";

/** Rebalances that have waited for one of our own to release the records of its polls (`blockRebalanceOnPoll`). */
export function findHeldGates(cluster: ClusterModel, now: number, toleranceMs: number): readonly Finding[] {
  const findings: Finding[] = [];
  for (const session of cluster.sessions.values()) {
    const held = heldRebalance(session);
    if (held && now - held.since >= toleranceMs) findings.push(finding({ cluster, session, now }, held));
  }
  return findings;
}

/** `evicted in 8.0 s`, where the coordinator said when it began to gather the group. */
export function evictionText(
  { evictedAt }: Pick<HeldRebalance, "evictedAt">,
  now: number,
): string | undefined {
  if (evictedAt === undefined) return undefined;
  return evictedAt > now ? `evicted in ${durationText(evictedAt - now)}` : "its time to rejoin is over";
}

function finding(
  at: { readonly cluster: ClusterModel; readonly session: SessionModel; readonly now: number },
  held: HeldRebalance,
): Finding {
  const { cluster, session, now } = at;
  const { clusterId } = cluster;
  const { sessionId } = session;
  const name = sessionName(session);
  const groupId = session.started?.groupId;
  const records = held.records === undefined ? "records" : countedText(held.records, "record");
  const eviction = evictionText(held, now);
  return {
    id: findingId("gateHeld", clusterId, sessionId),
    clusterId,
    kind: "gateHeld",
    severity: held.evictedAt !== undefined && held.evictedAt - now < lastCallMs ? "error" : "warning",
    title: `Rebalance waits ${durationText(now - held.since)} for ${name}`,
    detail: [`${records} of its polls not released`, eviction]
      .filter((part) => part !== undefined)
      .join("; "),
    cause: `${name} blocks rebalances while it works on what poll returned, and nobody has said that it is done with ${records}. The rest of ${groupId ?? "the group"} waits: it cannot commit, and with eager assignors nobody reads. A consumer that waits longer than its rebalance timeout is put out of the group, and what it works on is delivered to another member too.`,
    evidence: [
      { label: "records in hand", at: held.heldSince, value: `${records}, the first polled then` },
      { label: "rebalance waits", at: held.since, value: held.reason ?? "the reason is not known" },
      ...(held.evictedAt === undefined
        ? []
        : [{ label: "evicted", at: held.evictedAt, value: "then, unless it has joined again" }]),
    ],
    since: held.since,
    subjects: [
      { kind: "session", sessionId },
      ...(groupId === undefined ? [] : [{ kind: "group", groupId } as const]),
    ],
    remedies: [
      allowRebalance(clusterId, sessionId),
      ...(groupId === undefined
        ? []
        : [
            {
              title: "Show rebalances",
              hint: "Opens the group over time: who waits, and since when.",
              changes: false,
              action: { kind: "showRebalances", clusterId, groupId },
            } satisfies Remedy,
          ]),
    ],
  };
}

/** So near to the eviction it is no longer a warning. */
const lastCallMs = 10_000;
