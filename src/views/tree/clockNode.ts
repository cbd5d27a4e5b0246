import type { ClusterModel } from "#model/model.ts";
import { durationText, sentence } from "#model/words.ts";
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
  // A row of the present needs no tenths of seconds: it would never stand still.
  const shows = timeIn(context, presentIn(context, cluster))?.replace(/\.\d+/, "");
  const besides = besideRealTime(context, cluster);
  const how = mode === "real" && besides !== undefined ? "runs at real speed" : modeTexts[mode];
  const description = joined(how, shows, besides, clock?.reason);
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
        ["since", timeIn(context, clock?.at)],
      ],
      [
        ...(clock?.reason === undefined ? [] : [sentence(clock.reason)]),
        "The broker, its producers, scripted members and debug consumers wait by this clock. A client from outside waits by the real time: while one is connected, so does the playground.",
      ],
    ),
    icon: icons[mode],
    contextValue: contextValue("clock", mode, readOnlyWord(cluster)),
    collapsible: "none",
    accessibilityLabel: `Clock of the playground, ${description}`,
  };
}

const modeTexts = { real: "real time", paused: "paused", fast: "runs fast" } as const;

const icons = {
  real: { codicon: "watch" },
  paused: { codicon: "debug-pause", color: "charts.yellow" },
  fast: { codicon: "run-all", color: "charts.yellow" },
} as const satisfies Readonly<Record<keyof typeof modeTexts, TreeNode["icon"]>>;

/** A trace was written at its end: what it was beside the real time stands in its last observation. */
function besideRealTime(context: TreeContext, cluster: ClusterModel): string | undefined {
  const { clock } = cluster.playground;
  if (clock === undefined) return undefined;
  const isTrace = cluster.profile?.kind === "trace";
  const aheadMs = isTrace ? clock.aheadMs : presentIn(context, cluster) - context.now;
  if (Math.abs(aheadMs) < noticeableMs) return undefined;
  return `${durationText(Math.abs(aheadMs))} ${aheadMs > 0 ? "ahead of" : "behind"} the real time`;
}
