import type { ClusterModel, SessionModel } from "./model.ts";

/** A scripted member that its group does not have now, and that comes back. */
export interface AwayMember {
  readonly name: string;
  readonly groupId: string;
  /** Its last life, or the one that has just begun. */
  readonly session: SessionModel;
  /** Why its last life ended, in words; undefined while it lives. */
  readonly reason: string | undefined;
}

/** Scripted members of a group that are between two lives: their group does not know them, and a person misses them. */
export function awayMembers(cluster: ClusterModel, groupId: string): readonly AwayMember[] {
  return [...cluster.playground.members.values()].flatMap(({ name, sessionId, groupId: of }) => {
    const session = cluster.sessions.get(sessionId);
    if (of !== groupId || !session) return [];
    const { ended } = session;
    if (!ended && isMember(cluster, session)) return [];
    return [{ name, groupId, session, reason: ended && (ended.message ?? ended.reason) }];
  });
}

/** Whether its group has a row for it: it says so itself, or the broker does. */
function isMember({ groups }: ClusterModel, { phase, started }: SessionModel): boolean {
  const memberId = phase?.memberId ?? "";
  if (memberId === "") return false;
  if (phase?.phase !== "unjoined" && phase?.phase !== "fatal") return true;
  const group = groups.byId.get(started?.groupId ?? "");
  return (
    (group?.byBroker ?? group?.bySample)?.members.some((member) => member.memberId === memberId) ?? false
  );
}
