import type { ClusterModel, SessionModel } from "./model.ts";

/** A scripted member that its group does not have now, and that comes back. */
export interface AwayMember {
  readonly name: string;
  readonly groupId: string;
  /** Its last life, or the one that has just begun. */
  readonly session: SessionModel;
  /** Why its last life ended, in words; undefined while it joins. */
  readonly reason: string | undefined;
}

/** Scripted members of a group that are between two lives: their group does not know them, and a person misses them. */
export function awayMembers(cluster: ClusterModel, groupId: string): readonly AwayMember[] {
  return [...cluster.playground.members.values()].flatMap(({ name, sessionId, groupId: of }) => {
    const session = cluster.sessions.get(sessionId);
    if (of !== groupId || !session) return [];
    const { ended, phase } = session;
    // From the moment it has a member id, its group has a row for it.
    if (!ended && (phase?.memberId ?? "") !== "") return [];
    return [{ name, groupId, session, reason: ended && (ended.message ?? ended.reason) }];
  });
}
