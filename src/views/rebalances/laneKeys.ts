import type { ClusterModel, GroupModel } from "#model/model.ts";
import { sessionName } from "#model/sessionView.ts";
import { shortId } from "#model/words.ts";
import type { LaneRef } from "#webview/rebalances/contract.ts";
import { type LaneRow, laneRows, type NamedLane } from "./laneRows.ts";

/** Who a memberId is: our session where it was ever one, else the member itself. */
export interface LaneIndex {
  readonly lanes: readonly NamedLane[];
  /** The lanes as they are drawn: who leaves and returns under another id stays in its row. */
  readonly rows: readonly LaneRow[];
  ownerOf(memberId: string): { readonly lane: LaneRef; readonly name: string };
  /** The row that a lane is drawn in; undefined for one that is not known. */
  rowOf(lane: LaneRef): LaneRow | undefined;
}

/** All lanes of a group, ours first, then by name; a member seen by broker or sample that is one of ours is not doubled. */
export function laneIndex(cluster: ClusterModel, group: GroupModel): LaneIndex {
  const own = ownLanes(cluster, group);
  const byMemberId = new Map<string, NamedLane>();
  for (const named of own) for (const memberId of named.lane.memberIds) byMemberId.set(memberId, named);
  const foreign = foreignRows(group, (memberId) => byMemberId.has(memberId));
  const rows = [...laneRows(own, ({ name }) => name), ...foreign].sort(
    (a, b) => rank(cluster, a) - rank(cluster, b) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
  );
  const byLane = new Map<string, LaneRow>();
  for (const row of rows) {
    for (const named of row.lives) {
      byLane.set(laneId(named.ref), row);
      if (named.ref.by === "member") byMemberId.set(named.ref.memberId, named);
    }
  }
  return {
    lanes: rows.flatMap(({ lives }) => lives),
    rows,
    ownerOf: (memberId) => {
      const named = byMemberId.get(memberId);
      return named
        ? { lane: named.ref, name: named.name }
        : { lane: { by: "member", memberId }, name: shortId(memberId) };
    },
    rowOf: (lane) => byLane.get(laneId(lane)),
  };
}

/** Ours and scripted ones; a session that is no longer kept has the name that its clientId has in another life. */
function ownLanes(cluster: ClusterModel, group: GroupModel): readonly NamedLane[] {
  const lanes = [...(group.rebalances?.lanes.bySession ?? [])];
  const nameOf = new Map<string, string>();
  for (const [sessionId, { clientId }] of lanes) {
    const session = cluster.sessions.get(sessionId);
    if (session) nameOf.set(clientId, sessionName(session));
  }
  return lanes.map(([sessionId, lane]) => {
    const session = cluster.sessions.get(sessionId);
    const name = session ? sessionName(session) : (nameOf.get(lane.clientId) ?? lane.clientId);
    return { ref: { by: "session", sessionId }, name: readable(name), lane };
  });
}

/** A member that nobody but its host and its clientId tells apart is taken for the one that was there before. */
function foreignRows(group: GroupModel, isOurs: (memberId: string) => boolean): readonly LaneRow[] {
  const lanes = [...(group.rebalances?.lanes.byMember ?? [])]
    .filter(([memberId]) => !isOurs(memberId))
    .map(
      ([memberId, lane]): NamedLane => ({ ref: { by: "member", memberId }, name: shortId(memberId), lane }),
    );
  const rows = laneRows(lanes, ({ lane: { clientId, host } }) =>
    clientId === "" ? undefined : JSON.stringify([clientId, host]),
  );
  const uses = new Map<string, number>();
  for (const { clientId } of rows) uses.set(clientId, (uses.get(clientId) ?? 0) + 1);
  return rows.map((row) => {
    if (row.clientId === "" || uses.get(row.clientId) !== 1) return { ...row, name: readable(row.name) };
    const name = row.clientId;
    return { ...row, name, lives: row.lives.map((life) => ({ ...life, name })) };
  });
}

/** A client may have given itself no name at all; its lane must still be one that can be read and chosen. */
function readable(name: string): string {
  return name === "" ? "(no name)" : name;
}

/** The row that shows a lane, by its name; the lane itself where it is not known. */
export function shownIn(index: LaneIndex, lane: LaneRef): LaneRef {
  return index.rowOf(lane)?.ref ?? lane;
}

/** Whether two references name the same lane. */
export function sameLane(a: LaneRef, b: LaneRef): boolean {
  return laneId(a) === laneId(b);
}

function laneId(lane: LaneRef): string {
  return lane.by === "session" ? `session ${lane.sessionId}` : `member ${lane.memberId}`;
}

function rank(cluster: ClusterModel, { lives }: LaneRow): number {
  return lives.some(({ ref }) => isOwn(cluster, ref)) ? 0 : 1;
}

/** A debug consumer; of a session that is no longer kept nobody knows. */
export function isOwn(cluster: ClusterModel, ref: LaneRef): boolean {
  return ref.by === "session" && cluster.sessions.get(ref.sessionId)?.started?.scripted === false;
}
