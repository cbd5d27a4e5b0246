import { type Finding, findingId } from "../finding.ts";
import type { ClusterModel } from "../model.ts";
import { sessionName } from "../sessionView.ts";

const fenced = new Set(["FENCED_INSTANCE_ID", "UNRELEASED_INSTANCE_ID"]);

/** Whether an error says that another member has the static id. */
export function isFencing(error: string): boolean {
  return fenced.has(error);
}

/** Static members (KIP-345) that ended because another member has their id. */
export function findFencedMembers(cluster: ClusterModel, dismissed: ReadonlySet<string>): readonly Finding[] {
  const findings: Finding[] = [];
  for (const session of cluster.sessions.values()) {
    const { state, started, sessionId } = session;
    if (state?.error === undefined || !fenced.has(state.error) || dismissed.has(sessionId)) continue;
    const { clusterId } = cluster;
    const groupId = started?.groupId;
    const id = started?.groupInstanceId ?? "its static id";
    const name = sessionName(session);
    findings.push({
      id: findingId("fencedMember", clusterId, sessionId),
      clusterId,
      kind: "fencedMember",
      severity: "error",
      title: `${name} ended: another member is ${id}`,
      detail: state.reason ?? state.error,
      cause: `A group has one member per static id (group.instance.id). Another consumer ${
        state.error === "FENCED_INSTANCE_ID" ? "joined with" : "still has"
      } ${id}, so ${name} is out for good: it must not join again, or the two would put each other out for ever. Give every instance of the application an id of its own.`,
      evidence: [
        { label: "error", value: state.error },
        { label: "static id", value: id },
        ...(state.memberId === undefined ? [] : [{ label: "member id", value: state.memberId }]),
      ],
      since: state.since,
      subjects: [
        { kind: "session", sessionId },
        ...(groupId === undefined ? [] : [{ kind: "group", groupId } as const]),
      ],
      remedies:
        groupId === undefined
          ? []
          : [
              {
                title: "Start another one…",
                hint: "Opens the form for a debug consumer of the same group; give it another static id, or none.",
                changes: true,
                action: { kind: "startConsumer", clusterId, groupId },
              },
            ],
    });
  }
  return findings;
}
