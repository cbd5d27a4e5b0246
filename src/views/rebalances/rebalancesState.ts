import { maxSettledCommits } from "#model/commits.ts";
import { type GroupView, groupView } from "#model/groupView.ts";
import type { ClusterModel, GroupModel } from "#model/model.ts";
import { sessionName } from "#model/sessionView.ts";
import { countedText, countText, durationText } from "#model/words.ts";
import type { RebalancesState } from "#webview/rebalances/contract.ts";
import { bufferLanes } from "./bufferLanes.ts";
import { commitLanes } from "./commitLanes.ts";
import { detailOf } from "./detail/detail.ts";
import { faultLanes } from "./faultLanes.ts";
import { findingMarks } from "./findingMarks.ts";
import { generationBands } from "./generationBands.ts";
import { generationWord } from "./generationWord.ts";
import { holdLanes } from "./holdLanes.ts";
import type { RebalancesInput, Scene } from "./input.ts";
import { laneIndex } from "./laneKeys.ts";
import { hiddenLanes, memberLanes } from "./memberLanes.ts";
import { isStopped, standstillOf } from "./standstill.ts";
import { tableRows, tableTwin } from "./tableTwin.ts";
import { extentOf, momentsOf, viewportOf, widened } from "./timeWindow.ts";

/** Everything the Rebalances page draws, complete for its window. */
export function rebalancesState(input: RebalancesInput): RebalancesState {
  const cluster = input.model.clusters.get(input.clusterId);
  const group = cluster?.groups.byId.get(input.groupId);
  const frame = frameOf(input, cluster, group);
  if (!cluster || !group) return { ...frame, ...nothing, empty: unknownGroup(input, cluster) };
  const scene = sceneOf(input, cluster, group);
  const index = laneIndex(cluster, group);
  const detail = input.selected === undefined ? undefined : detailOf(scene, index, input.selected);
  const lanes = memberLanes(scene, index);
  return {
    ...frame,
    range: scene.range,
    lanes,
    generations: generationBands(scene, index),
    holdLanes: holdLanes(scene, index),
    commitLanes: commitLanes(scene, index),
    bufferLanes: bufferLanes(scene),
    faultLanes: faultLanes(scene),
    findings: findingMarks(scene, index),
    detail: detail ?? null,
    selected: detail ? (input.selected ?? null) : null,
    table: input.showAs === "table" ? tableTwin(scene, index) : nothing.table,
    limits: isStopped(cluster) ? [] : limitsOf(group),
    losses: lossesOf(scene, hiddenLanes(scene, index)),
    empty: emptyText(group),
  };
}

/** The strip of a mark, or the whole table, as plain text. */
export function rebalancesText(
  input: RebalancesInput,
  what: "detail" | "table",
  timeText: (at: number) => string,
): string {
  const cluster = input.model.clusters.get(input.clusterId);
  const group = cluster?.groups.byId.get(input.groupId);
  if (!cluster || !group) return "";
  const scene = sceneOf(input, cluster, group);
  const index = laneIndex(cluster, group);
  if (what === "table") {
    const head = ["from", "to", "who", "kind", "what", "detail"].join("\t");
    const lines = tableRows(scene, index).map((row) =>
      [
        timeText(row.fromMs),
        row.toMs === undefined ? "" : timeText(row.toMs),
        row.who,
        row.kind,
        row.what,
        row.detail,
      ].join("\t"),
    );
    return [head, ...lines].join("\n");
  }
  const detail = input.selected && detailOf(scene, index, input.selected);
  if (!detail) return "";
  const rows = detail.rows.map(({ label, atMs, text }) =>
    [label, atMs === undefined ? undefined : timeText(atMs), text]
      .filter((part) => part !== undefined && part !== "")
      .join("  "),
  );
  return [
    detail.status === null ? detail.title : `${detail.title}  ${detail.status}`,
    ...rows,
    ...detail.explanation,
  ].join("\n");
}

const nothing = {
  lanes: [],
  generations: [],
  holdLanes: [],
  commitLanes: [],
  bufferLanes: [],
  faultLanes: [],
  findings: [],
  detail: null,
  selected: null,
  table: { total: 0, fromIndex: 0, rows: [] },
  limits: [],
  losses: [],
} as const satisfies Partial<RebalancesState>;

function sceneOf(input: RebalancesInput, cluster: ClusterModel, group: GroupModel): Scene {
  const viewport = viewportOf(input);
  return {
    input,
    cluster,
    group,
    now: input.now,
    range: widened(viewport),
    generationWord: generationWord(cluster, group),
    // Two pixels: what is nearer than that is one mark to the eye.
    bucketMs: ((viewport.toMs - viewport.fromMs) / viewport.widthPx) * 2,
  };
}

function frameOf(
  input: RebalancesInput,
  cluster: ClusterModel | undefined,
  group: GroupModel | undefined,
): Pick<
  RebalancesState,
  | "title"
  | "subtitle"
  | "group"
  | "generationWord"
  | "bound"
  | "standstill"
  | "nowMs"
  | "following"
  | "showAs"
  | "range"
  | "extent"
  | "moments"
  | "soughtMs"
  | "refusal"
> {
  const view = cluster && group && groupView(cluster, group);
  const groupType = view?.groupType ?? "unknown";
  return {
    title: input.groupId,
    subtitle: cluster && group ? subtitleOf(input, cluster, group) : "not known",
    group: {
      clusterId: input.clusterId,
      clusterName: cluster?.profile?.name ?? input.clusterId,
      groupId: input.groupId,
      groupType,
      state: view?.state ?? null,
    },
    generationWord: generationWord(cluster, group),
    bound: input.bound,
    standstill: standstillOf(input, cluster),
    nowMs: input.now,
    following: input.following,
    showAs: input.showAs,
    range: widened(viewportOf(input)),
    extent: extentOf(input, group),
    moments: momentsOf(input),
    soughtMs: input.sought ?? null,
    refusal: input.refusal ?? null,
  };
}

function subtitleOf(input: RebalancesInput, cluster: ClusterModel, group: GroupModel): string {
  if (isStopped(cluster)) return "the playground is stopped; what was seen of it before stays here";
  if (group.deleted) {
    return group.deleted.how === "deleted"
      ? "deleted; what was seen of it before stays here"
      : "no longer listed; what was seen of it before stays here";
  }
  const view = groupView(cluster, group);
  const number = view.groupEpoch ?? view.generationId;
  const word = view.groupEpoch === undefined ? "generation" : "epoch";
  const waiting = view.state === "Stable" ? stillWaiting(input, cluster, group) : undefined;
  return [
    stateText(view, input.now) + (waiting === undefined ? "" : " by the coordinator"),
    waiting,
    typeText(view),
    number === undefined
      ? undefined
      : `${word} ${number}${view.assignor === undefined ? "" : ` (${view.assignor})`}`,
    countedText(view.members.length, "member"),
  ]
    .filter((part) => part !== undefined)
    .join(" · ");
}

function stateText({ state, stateSince }: GroupView, now: number): string {
  if (state === undefined) return "state unknown";
  return stateSince === undefined ? state : `${state} for ${durationText(now - stateSince)}`;
}

function typeText({ groupType }: GroupView): string | undefined {
  if (groupType === "consumer") return "consumer (KIP-848)";
  return groupType === "unknown" ? undefined : groupType;
}

/**
 * Members of ours that have no answer yet although the coordinator calls the group Stable: both are true, as an answer
 * can be held or lost on its way.
 */
function stillWaiting(input: RebalancesInput, cluster: ClusterModel, group: GroupModel): string | undefined {
  const names = [...group.byMember.values()]
    .filter(
      ({ phase, at }) => (phase === "joining" || phase === "syncing") && input.now - at >= noticeableWaitMs,
    )
    .map(({ sessionId, phase }) => ({ phase, sessionId, session: cluster.sessions.get(sessionId) }))
    // Ours before those that follow a script.
    .sort(
      (a, b) => Number(a.session?.started?.scripted ?? false) - Number(b.session?.started?.scripted ?? false),
    )
    .map(({ sessionId, session, phase }) => {
      const request = phase === "joining" ? "JoinGroup" : "SyncGroup";
      return `${session ? sessionName(session) : sessionId} has no answer to ${request} yet`;
    });
  if (names.length === 0) return undefined;
  const [first = "", ...others] = names;
  return others.length === 0 ? first : `${first}, and ${countText(others.length)} more wait`;
}

/** An answer that is on its way for less long is nothing to speak of. */
const noticeableWaitMs = 1_000;

function unknownGroup(input: RebalancesInput, cluster: ClusterModel | undefined): RebalancesState["empty"] {
  if (!cluster && input.bound.kind === "trace") {
    return {
      title: "The trace is closed",
      text: `Open ${input.bound.name} again to look at it (Groupscope: Open Trace…), or close this panel.`,
    };
  }
  return cluster
    ? {
        title: `${input.groupId} is not known yet`,
        text: "Nothing was observed of this group at this time. It appears here as soon as a member joins or the coordinator lists it.",
      }
    : {
        title: "The cluster is gone",
        text: "It was removed, or the moment shown is before it was added. Close this panel, or choose a later moment.",
      };
}

function emptyText(group: GroupModel): RebalancesState["empty"] {
  const history = group.rebalances;
  if (history && (history.lanes.bySession.size > 0 || history.lanes.byMember.size > 0)) return null;
  return {
    title: "No member has been seen",
    text: "The group is known but has had no member since observation began. Start a debug consumer in it, or wait for an application to join.",
  };
}

/** What cannot be known from here: said once, so that gaps in the picture are not taken for facts. */
function limitsOf(group: GroupModel): readonly string[] {
  if (group.byBroker) return [];
  const limits = [
    "The coordinator does not say who has not rejoined, nor what other members do while the group rebalances.",
  ];
  if (group.bySample?.groupType === "classic") {
    limits.push(
      "Other members are seen by asking from time to time: what lies between two questions is not known.",
    );
    if (group.byMember.size === 0) limits.push("The number of a generation is told to members only.");
  }
  return limits;
}

function lossesOf(scene: Scene, hidden: number): readonly string[] {
  const { group, cluster } = scene;
  const losses: string[] = [];
  const { dropped: generations = 0, list = [] } = group.rebalances?.generations ?? {};
  if (generations > 0 && isBeyond(scene, list[0]?.fromAt))
    losses.push(`${countedText(generations, "older generation")} no longer kept.`);
  const lanes = group.rebalances?.lanes.droppedLanes ?? 0;
  if (lanes > 0) losses.push(`${countedText(lanes, "member")} of long ago no longer kept.`);
  const { droppedSettled: commits = 0, settled = [] } = group.commits ?? {};
  if (commits > 0 && isBeyond(scene, settled[0]?.latest.queuedAt))
    losses.push(
      `${countedText(commits, "older commit")} no longer kept: the newest ${countText(maxSettledCommits)} of a group are.`,
    );
  if (hidden > 0) losses.push(`${countedText(hidden, "member")} not drawn, as there are too many.`);
  let merged = 0;
  for (const each of cluster.merged.values()) merged += each.count;
  if (merged > 0) losses.push(`${countedText(merged, "observation")} merged, as more came than is recorded.`);
  return losses;
}

/** Whether what is shown goes back to where something is missing: nobody else needs to be told, over and over. */
function isBeyond({ input, range }: Scene, oldestKeptAt: number | undefined): boolean {
  return input.showAs === "table" || oldestKeptAt === undefined || range.fromMs < oldestKeptAt;
}
