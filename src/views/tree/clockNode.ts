import type { ClusterModel } from "#model/model.ts";
import { durationText } from "#model/words.ts";
import type { TreeNode } from "../treeNode.ts";
import { contextValue } from "./contextValues.ts";
import { tooltip } from "./markdown.ts";
import { joined } from "./numbers.ts";
import { nodeId, presentIn, readOnlyWord, type TreeContext, timeIn } from "./treeContext.ts";

/** Less than this beside the real time is what anything takes, and nobody's wish. */
const noticeableMs = 1_000;

/** The clock of the playground: how time passes for everybody on it, and what time it is there. */
export function clockNode(context: TreeContext, cluster: ClusterModel): TreeNode {
  const { clock } = cluster.playground;
  const mode = clock?.mode ?? "real";
  const foreign = clock?.foreign;
  // A row of the present needs no tenths of seconds: it would never stand still.
  const shows = timeIn(context, presentIn(context, cluster))?.replace(/\.\d+/, "");
  const aheadMs = aheadOf(context, cluster);
  const besides = besideRealTime(aheadMs);
  const how = mode === "real" && besides !== undefined ? "real speed" : modeTexts[mode];
  const isBehind = besides !== undefined && aheadMs < 0;
  const state = foreign === undefined ? how : `${how}: ${foreign} is connected`;
  const description = joined(state, shows, besides);
  return {
    id: nodeId("clock", cluster.clusterId),
    target: { kind: "clock", clusterId: cluster.clusterId },
    label: "Clock",
    description,
    tooltip: tooltip(
      "Clock of the playground",
      [
        ["time", how],
        ["shows", shows],
        ["beside the real time", besides ?? "the same"],
        ["foreign clients", foreign ?? "none"],
      ],
      [
        ...(foreign === undefined ? [] : [foreignText]),
        ...(isBehind && foreign === undefined && mode !== "fast" ? [behindText] : []),
        ...(besides !== undefined && aheadMs > 0 ? [aheadText] : []),
        "The broker, its producers, scripted members and debug consumers wait by this clock.",
      ],
    ),
    icon: icons[mode],
    contextValue: contextValue(
      "clock",
      mode,
      isBehind && "behind",
      foreign !== undefined && "kept",
      readOnlyWord(cluster),
    ),
    collapsible: "none",
    accessibilityLabel: `Clock of the playground, ${description}`,
  };
}

const foreignText =
  "A foreign client waits by the real time: while one is connected, the clock runs at real speed and can neither stand still nor be moved.";
const behindText =
  "At real speed it goes on from where it stands. Catch Up with Real Time lets what it is behind pass at once, timer by timer.";
const aheadText = "Time never goes back: it stays ahead until the playground is stopped.";

const modeTexts = { real: "real time", paused: "paused", fast: "runs fast" } as const;

const icons = {
  real: { codicon: "watch" },
  paused: { codicon: "debug-pause", color: "charts.yellow" },
  fast: { codicon: "run-all", color: "charts.yellow" },
} as const satisfies Readonly<Record<keyof typeof modeTexts, TreeNode["icon"]>>;

/** A trace was written at its end: what it was beside the real time stands in its last observation. */
function aheadOf(context: TreeContext, cluster: ClusterModel): number {
  const { clock } = cluster.playground;
  if (clock === undefined) return 0;
  const isTrace = cluster.profile?.kind === "trace";
  return isTrace ? clock.aheadMs : presentIn(context, cluster) - context.now;
}

function besideRealTime(aheadMs: number): string | undefined {
  if (Math.abs(aheadMs) < noticeableMs) return undefined;
  return `${durationText(Math.abs(aheadMs))} ${aheadMs > 0 ? "ahead of" : "behind"} the real time`;
}
