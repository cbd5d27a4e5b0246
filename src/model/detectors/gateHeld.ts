import { type Finding, findingId } from "../finding.ts";
import { allowRebalance } from "../holdRemedies.ts";
import type { ClusterModel, SessionModel } from "../model.ts";
import type { Remedy } from "../remedy.ts";
import { type HeldCallback, type HeldRebalance, heldCallback, heldRebalance } from "../sessionHolds.ts";
import { sessionName } from "../sessionView.ts";
import { countedText, durationText, partitionsText } from "../words.ts";

/** Rebalances and callbacks that have waited for one of our own to release the records of its polls (`blockRebalanceOnPoll`). */
export function findHeldGates(cluster: ClusterModel, now: number, toleranceMs: number): readonly Finding[] {
  const findings: Finding[] = [];
  for (const session of cluster.sessions.values()) {
    const held = heldRebalance(session);
    if (held && now - held.since >= toleranceMs) findings.push(finding({ cluster, session, now }, held));
    const callback = heldCallback(session);
    if (callback && now - callback.since >= toleranceMs) {
      findings.push(callbackFinding({ cluster, session, now }, callback));
    }
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

interface At {
  readonly cluster: ClusterModel;
  readonly session: SessionModel;
  readonly now: number;
}

function callbackFinding(at: At, held: HeldCallback): Finding {
  const name = sessionName(at.session);
  const callback = `on-${held.callback} callback`;
  const records = recordsText(held);
  const partitions = partitionsText(held.partitions);
  return {
    ...common(at),
    severity: "warning",
    title: `${name}: holds up its ${callback}`,
    lastedMs: at.now - held.since,
    detail: `${records} of its polls not released; about ${partitions}`,
    cause: `${name} wants no callback to run while it works on what poll returned, and nobody has said that it is done with ${records}. The ${callback} is about ${partitions}. ${waitingMeaning(held.callback)}`,
    evidence: [
      { label: "records in hand", at: held.heldSince, value: `${records}, the first polled then` },
      {
        label: "callback waits",
        at: held.since,
        value: `on-${held.callback}: ${partitionsText(held.partitions, 20)}`,
      },
    ],
    since: held.since,
  };
}

/** What does not happen while a callback waits. */
function waitingMeaning(callback: HeldCallback["callback"]): string {
  switch (callback) {
    case "assigned":
      return "Nothing is read of these partitions until it has run; the group is not kept waiting.";
    case "revoked":
      return "The partitions have been given up already, and the application does not know.";
    case "lost":
      return "The partitions are somebody else's already, and the application does not know: what it still does with their records is done twice.";
  }
}

function recordsText({ records }: { readonly records: number | undefined }): string {
  return records === undefined ? "records" : countedText(records, "record");
}

/** What every finding about a session's gate says. */
function common({ cluster, session }: At) {
  const { clusterId } = cluster;
  const { sessionId, started } = session;
  const groupId = started?.groupId;
  const show: Remedy | undefined =
    groupId === undefined
      ? undefined
      : {
          title: "Show rebalances",
          hint: "Opens the group over time: who waits, and since when.",
          changes: false,
          action: { kind: "showRebalances", clusterId, groupId },
        };
  return {
    id: findingId("gateHeld", clusterId, sessionId),
    clusterId,
    kind: "gateHeld",
    subjects: [
      { kind: "session", sessionId },
      ...(groupId === undefined ? [] : [{ kind: "group", groupId } as const]),
    ],
    remedies: [allowRebalance(clusterId, sessionId), ...(show ? [show] : [])],
  } as const;
}

function finding(at: At, held: HeldRebalance): Finding {
  const { session, now } = at;
  const name = sessionName(session);
  const groupId = session.started?.groupId;
  const records = recordsText(held);
  const eviction = evictionText(held, now);
  return {
    ...common(at),
    severity: held.evictedAt !== undefined && held.evictedAt - now < lastCallMs ? "error" : "warning",
    title: `${name}: holds up a rebalance`,
    lastedMs: now - held.since,
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
  };
}

/** So near to the eviction it is no longer a warning. */
const lastCallMs = 10_000;
