import type { ClusterModel, GroupModel } from "#model/model.ts";
import { sessionName } from "#model/sessionView.ts";
import { shortId } from "#model/words.ts";
import type { LaneRef } from "#webview/rebalances/contract.ts";

type History = NonNullable<GroupModel["rebalances"]>;

/** A member over time, as the model keeps it. */
export type Lane = History["lanes"]["bySession"] extends ReadonlyMap<string, infer L> ? L : never;

/** A lane with how it is identified and called. */
export interface NamedLane {
  readonly ref: LaneRef;
  readonly name: string;
  readonly lane: Lane;
}

/** Who a memberId is: our session where it was ever one, else the member itself. */
export interface LaneIndex {
  readonly lanes: readonly NamedLane[];
  ownerOf(memberId: string): { readonly lane: LaneRef; readonly name: string };
}

/** All lanes of a group, ours first, then by name; a member seen by broker or sample that is one of ours is not doubled. */
export function laneIndex(cluster: ClusterModel, group: GroupModel): LaneIndex {
  const own = ownLanes(cluster, group);
  const byMemberId = new Map<string, NamedLane>();
  for (const named of own) for (const memberId of named.lane.memberIds) byMemberId.set(memberId, named);
  const foreign = foreignLanes(group, (memberId) => byMemberId.has(memberId));
  for (const named of foreign) byMemberId.set(named.ref.memberId, named);
  return {
    lanes: [...own, ...foreign].sort(
      (a, b) => rank(cluster, a) - rank(cluster, b) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
    ),
    ownerOf: (memberId) => {
      const named = byMemberId.get(memberId);
      return named
        ? { lane: named.ref, name: named.name }
        : { lane: { by: "member", memberId }, name: shortId(memberId) };
    },
  };
}

function ownLanes(cluster: ClusterModel, group: GroupModel): readonly NamedLane[] {
  return [...(group.rebalances?.lanes.bySession ?? [])].map(([sessionId, lane]) => {
    const session = cluster.sessions.get(sessionId);
    const name = session ? sessionName(session) : lane.clientId;
    return { ref: { by: "session", sessionId }, name: readable(name), lane };
  });
}

function foreignLanes(
  group: GroupModel,
  isOurs: (memberId: string) => boolean,
): readonly (NamedLane & { readonly ref: { readonly by: "member"; readonly memberId: string } })[] {
  const lanes = [...(group.rebalances?.lanes.byMember ?? [])].filter(([memberId]) => !isOurs(memberId));
  const uses = new Map<string, number>();
  for (const [, { clientId }] of lanes) uses.set(clientId, (uses.get(clientId) ?? 0) + 1);
  return lanes.map(([memberId, lane]) => {
    const unique = lane.clientId !== "" && uses.get(lane.clientId) === 1;
    return {
      ref: { by: "member", memberId },
      name: readable(unique ? lane.clientId : shortId(memberId)),
      lane,
    };
  });
}

/** A client may have given itself no name at all; its lane must still be one that can be read and chosen. */
function readable(name: string): string {
  return name === "" ? "(no name)" : name;
}

/** Whether two references name the same lane. */
export function sameLane(a: LaneRef, b: LaneRef): boolean {
  if (a.by === "session") return b.by === "session" && a.sessionId === b.sessionId;
  return b.by === "member" && a.memberId === b.memberId;
}

function rank(cluster: ClusterModel, named: NamedLane): number {
  if (named.ref.by !== "session") return 1;
  return cluster.sessions.get(named.ref.sessionId)?.started?.scripted ? 1 : 0;
}
