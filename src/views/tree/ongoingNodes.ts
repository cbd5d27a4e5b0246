import { topicPartitionText } from "#base/topicPartition.ts";
import type { ClusterModel } from "#model/model.ts";
import { durationText } from "#model/words.ts";
import type { TreeNode } from "../treeNode.ts";
import { contextValue } from "./contextValues.ts";
import { tooltip } from "./markdown.ts";
import { joined, lasting, numberText } from "./numbers.ts";
import { nodeId, presentIn, readOnlyWord, type TreeContext, timeIn } from "./treeContext.ts";

type Playground = ClusterModel["playground"];
type WrongClock = Playground["wrongClocks"][number];
type Transaction = Playground["transactions"] extends ReadonlyMap<string, infer T> ? T : never;

/** Troubles that go on until somebody ends them, and are no rules: clocks that are wrong, transactions that hang. */
export function ongoingNodes(context: TreeContext, cluster: ClusterModel): readonly TreeNode[] {
  return [
    ...wrongClocks(cluster).map((clock) => wrongClockNode(cluster, clock)),
    ...hangingTransactions(cluster).map((transaction) => hangingNode(context, cluster, transaction)),
  ];
}

/** The same in a few words each. */
export function ongoingWords(cluster: ClusterModel): readonly string[] {
  return [
    ...wrongClocks(cluster).map(({ nodeId: id, aheadMs }) => {
      const whose = id === undefined ? "all clocks" : `clock of node ${id}`;
      return `${whose} ${aheadText(aheadMs)}`;
    }),
    ...hangingTransactions(cluster).map(
      (transaction) => `transaction hangs in ${partitionText(transaction)}`,
    ),
  ];
}

/** What is wrong with a node's clock; undefined when it is right. */
export function clockWords({ playground }: ClusterModel, id: number): string | undefined {
  const own = playground.wrongClocks.find((clock) => clock.nodeId === id);
  const shared = playground.wrongClocks.find((clock) => clock.nodeId === undefined);
  const aheadMs = (own ?? shared)?.aheadMs ?? 0;
  return aheadMs === 0 ? undefined : aheadText(aheadMs);
}

/** Whether a transaction hangs in one of the partitions of a topic, or in that one. */
export function hasHanging(cluster: ClusterModel, topic: string, partition?: number): boolean {
  return hangingTransactions(cluster).some(({ partitions }) =>
    partitions.some((each) => each.topic === topic && (partition ?? each.partition) === each.partition),
  );
}

/** A node's that is right, while those of the others are not, is no trouble. */
function wrongClocks({ playground }: ClusterModel): readonly WrongClock[] {
  return playground.wrongClocks.filter(({ aheadMs }) => aheadMs !== 0);
}

function hangingTransactions({ playground }: ClusterModel): readonly Transaction[] {
  return [...playground.transactions.values()].filter(({ state }) => state === "Hanging");
}

function aheadText(aheadMs: number): string {
  return `${durationText(Math.abs(aheadMs))} ${aheadMs > 0 ? "ahead" : "behind"}`;
}

function partitionText({ partitions: [partition] }: Transaction): string {
  return partition === undefined ? "no partition" : topicPartitionText(partition);
}

function wrongClockNode(cluster: ClusterModel, { nodeId: id, aheadMs }: WrongClock): TreeNode {
  const { clusterId } = cluster;
  const label = id === undefined ? "All clocks" : `Clock of node ${id}`;
  const description = aheadText(aheadMs);
  return {
    id: nodeId("wrongClock", clusterId, id),
    target: { kind: "wrongClock", clusterId, nodeId: id },
    label,
    description,
    tooltip: tooltip(
      label,
      [
        ["beside the playground's time", description],
        ["in milliseconds", aheadMs],
      ],
      [
        id === undefined
          ? "What the playground's producers and the nodes take for the time, except nodes whose clock was set by itself. Set right, every clock is."
          : "By it the node stamps records, judges their timestamps and lets them expire.",
      ],
    ),
    icon: { codicon: "watch", color: "charts.yellow" },
    contextValue: contextValue("wrongClock", readOnlyWord(cluster)),
    collapsible: "none",
    accessibilityLabel: `${label}, ${description}`,
  };
}

function hangingNode(context: TreeContext, cluster: ClusterModel, transaction: Transaction): TreeNode {
  const { clusterId } = cluster;
  const { producerId, producerEpoch, firstOffset, startedAt, reason } = transaction;
  const [partition = { topic: "", partition: 0 }] = transaction.partitions;
  const label = `Transaction in ${partitionText(transaction)}`;
  const lasts = startedAt === undefined ? "" : lasting(presentIn(context, cluster) - startedAt);
  const description = joined(
    `hangs${lasts === "" ? "" : ` for${lasts}`}`,
    firstOffset !== undefined && `read_committed stops at ${numberText(firstOffset)}`,
    `producer ${producerId}`,
  );
  return {
    id: nodeId("hangingTransaction", clusterId, String(producerId)),
    target: { kind: "hangingTransaction", clusterId, ...partition, producerId: String(producerId) },
    label,
    description,
    tooltip: tooltip(
      label,
      [
        ["state", "hanging"],
        ["because", reason],
        ["producer id", producerId],
        ["producer epoch", producerEpoch],
        ["first offset", firstOffset],
        ["since", timeIn(context, startedAt)],
      ],
      ["Nobody who reads only what is committed gets past it, until it is aborted."],
    ),
    icon: { codicon: "lock", color: "charts.yellow" },
    contextValue: contextValue("hangingTransaction", readOnlyWord(cluster)),
    collapsible: "none",
    accessibilityLabel: `${label}, ${description}`,
  };
}
