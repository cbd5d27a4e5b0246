import type { ClusterModel } from "#model/model.ts";
import { countText } from "#model/words.ts";
import type { TreeNode } from "../treeNode.ts";
import { contextValue } from "./contextValues.ts";
import { tooltip } from "./markdown.ts";
import { joined, lasting } from "./numbers.ts";
import { ongoingWords } from "./ongoingNodes.ts";
import { nodeId, presentIn, readOnlyWord, type TreeContext, timeIn } from "./treeContext.ts";

/** `Faults (1 on)` of the playground: rules, and what else is wrong until somebody ends it. */
export function faultsNode(cluster: ClusterModel): TreeNode {
  const faults = [...cluster.playground.faults.values()];
  const on = faults.filter(({ latest }) => latest.enabled);
  const ongoing = ongoingWords(cluster);
  const rules = on.map(({ latest }) => `${latest.title} · hit ${countText(latest.hits)}×`);
  const summary = [...rules, ...ongoing].join(", ");
  return {
    id: nodeId("faults", cluster.clusterId),
    target: { kind: "faults", clusterId: cluster.clusterId },
    label: `Faults (${on.length + ongoing.length} on)`,
    description: summary === "" ? undefined : summary,
    icon: { codicon: "zap" },
    contextValue: contextValue("faults", readOnlyWord(cluster)),
    collapsible: faults.length + ongoing.length === 0 ? "none" : "collapsed",
  };
}

export function faultNodes(context: TreeContext, cluster: ClusterModel): readonly TreeNode[] {
  return [...cluster.playground.faults.values()].map(({ latest }) => {
    const description = joined(
      !latest.enabled && "off",
      latest.holding > 0 &&
        `holds ${countText(latest.holding)}${heldText(context, cluster, latest.heldSince)}`,
      `hit ${countText(latest.hits)}×`,
      latest.misses !== undefined && `found nothing to change ${countText(latest.misses)}×`,
    );
    return {
      id: nodeId("fault", cluster.clusterId, latest.faultId),
      target: { kind: "fault", clusterId: cluster.clusterId, faultId: latest.faultId },
      label: latest.title,
      description,
      tooltip: tooltip(latest.title, [
        ["state", latest.enabled ? "on" : "off"],
        ["kind", latest.kind],
        ["hits", countText(latest.hits)],
        ["found nothing to change", latest.misses],
        ["holds now", latest.holding],
        ["oldest of these", timeIn(context, latest.heldSince)],
        ["group", latest.groupId],
        ["topic", latest.topic],
        ["partition", latest.partition],
        ["since", timeIn(context, latest.since)],
      ]),
      icon: { codicon: latest.enabled ? "zap" : "circle-slash" },
      contextValue: contextValue(
        "fault",
        latest.enabled ? "enabled" : "disabled",
        latest.holding > 0 && "holding",
        readOnlyWord(cluster),
      ),
      collapsible: "none",
      accessibilityLabel: `Fault ${latest.title}, ${joined(latest.enabled && "on", description)}`,
    };
  });
}

/** How long the oldest of the held requests has waited. */
function heldText(context: TreeContext, cluster: ClusterModel, heldSince: number | undefined): string {
  const lasts = heldSince === undefined ? "" : lasting(presentIn(context, cluster) - heldSince);
  return lasts === "" ? "" : ` for${lasts}`;
}

/** What produces into the playground now, and what had to stop. */
export function workloadNodes(cluster: ClusterModel): readonly TreeNode[] {
  return [...cluster.playground.workloads.values()]
    .filter((workload) => workload.running || workload.error !== undefined)
    .map((workload) => {
      const rate = workload.recordsPerSecond;
      const description = joined(
        workload.error,
        !workload.running && `into ${workload.topic}`,
        // Its own words say how fast.
        workload.description === undefined && (rate === undefined ? "a burst" : `${countText(rate)}/s`),
        `${countText(workload.produced)} produced`,
        workload.description,
      );
      const label = workload.running ? `Producing into ${workload.topic}` : "Stopped producing";
      return {
        id: nodeId("workload", cluster.clusterId, workload.workloadId),
        target: { kind: "workload", clusterId: cluster.clusterId, workloadId: workload.workloadId },
        label,
        description,
        tooltip: tooltip(
          label,
          [
            ["topic", workload.topic],
            ["records a second", rate ?? "a burst, as fast as it goes"],
            ["produced", countText(workload.produced)],
            ["what", workload.description],
            ["bytes", workload.bytes],
            ["tombstones", workload.tombstones],
            ["cannot be parsed", workload.poisoned],
            ["aborted", workload.aborted],
          ],
          workload.error === undefined ? [] : [workload.error],
        ),
        icon:
          workload.error === undefined
            ? { codicon: "arrow-up" }
            : { codicon: "warning", color: "problemsWarningIcon.foreground" },
        contextValue: contextValue(
          "workload",
          workload.running ? "running" : "finished",
          readOnlyWord(cluster),
        ),
        collapsible: "none",
        accessibilityLabel: `${label}, ${description}`,
      };
    });
}
