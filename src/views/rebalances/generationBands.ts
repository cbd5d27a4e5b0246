import {
  compareTopicPartitions,
  type TopicPartition,
  TopicPartitionMap,
  topicPartitionText,
} from "#base/topicPartition.ts";
import { groupView, partitionsOfNobody } from "#model/groupView.ts";
import type { GroupModel } from "#model/model.ts";
import { countText, partitionsText } from "#model/words.ts";
import type { AssignedPartition, GenerationBand, LaneRef } from "#webview/rebalances/contract.ts";
import type { Scene } from "./input.ts";
import { type LaneIndex, sameLane } from "./laneKeys.ts";
import { overlaps } from "./timeWindow.ts";

/** A generation as the model keeps it. */
export type Generation = NonNullable<GroupModel["rebalances"]>["generations"]["list"][number];

type Owner = { readonly lane: LaneRef; readonly name: string };

const maxBands = 200;
const maxPartitionMarks = 1_500;

/** The generations in the window, each compared with the one before it. */
export function generationBands(scene: Scene, index: LaneIndex): readonly GenerationBand[] {
  const list = scene.group.rebalances?.generations.list ?? [];
  const seen = list
    .map((generation, position) => ({ generation, before: list[position - 1] }))
    .filter(({ generation }) =>
      overlaps(scene.range, {
        fromAt: generation.rebalance?.fromAt ?? generation.fromAt,
        toAt: generation.toAt,
      }),
    )
    .slice(-maxBands);
  let left = maxPartitionMarks;
  // The newest first: where there are too many marks, the oldest lose theirs.
  const bands = seen.reverse().map(({ generation, before }): GenerationBand => {
    const changes = assignmentOf(scene, index, { generation, before });
    const fits = changes !== undefined && changes.length <= left;
    if (fits) left -= changes.length;
    return {
      ref: { kind: "generation", fromMs: generation.fromAt },
      generationId: generation.generationId ?? null,
      label: generationLabel(generation, before),
      assignor: generation.assignor ?? null,
      fromMs: generation.fromAt,
      toMs: generation.toAt,
      rebalance: generation.rebalance
        ? {
            fromMs: generation.rebalance.fromAt,
            toMs: generation.rebalance.toAt,
            reason: generation.rebalance.reason ?? null,
          }
        : null,
      assignment: fits ? changes : null,
      assignmentText: assignmentText(generation, changes, before),
    };
  });
  return bands.reverse();
}

/** `6 (cooperative-sticky)`; `6 (range → cooperative-sticky)` where it is another assignor than before. */
export function generationLabel(generation: Generation, before: Generation | undefined): string {
  const { generationId, assignor } = generation;
  const number = generationId === undefined ? "?" : String(generationId);
  if (assignor === undefined) return number;
  const previous = assignorBefore(generation, before);
  return `${number} (${previous === undefined ? "" : `${previous} → `}${assignor})`;
}

/** The assignor that a generation took the place of; undefined where it is the same, or not known. */
export function assignorBefore(generation: Generation, before: Generation | undefined): string | undefined {
  return generation.assignor === undefined || before?.assignor === generation.assignor
    ? undefined
    : before?.assignor;
}

/** Who has what in a generation, and what that changed; undefined when nobody who saw it knows. */
export function assignmentOf(
  scene: Pick<Scene, "cluster" | "group">,
  index: LaneIndex,
  of: { readonly generation: Generation; readonly before: Generation | undefined },
): readonly AssignedPartition[] | undefined {
  const { generation, before } = of;
  if (generation.shares.length === 0) return undefined;
  const owners = ownersOf(generation, index);
  const previous = before && before.shares.length > 0 ? ownersOf(before, index) : undefined;
  const rows: AssignedPartition[] = [];
  for (const [key, owner] of owners.entries()) rows.push(row(generation, { key, owner, previous }));
  if (generation.complete) {
    for (const key of ofNobody(scene, { generation, owners, previous })) {
      rows.push(row(generation, { key, owner: undefined, previous }));
    }
  }
  return rows.sort(compareTopicPartitions);
}

/** In one line: what was kept, what moved, what nobody has. */
export function assignmentText(
  generation: Generation,
  rows: readonly AssignedPartition[] | undefined,
  before: Generation | undefined,
): string {
  const gap = gapText(generation, before);
  const text = rows ? changesText(generation, rows) : unassignedText(generation);
  return gap === undefined ? text : `${text} · ${gap}`;
}

/** Why nothing is known of who has what. */
function unassignedText({ vantage, rebalance, toAt }: Generation): string {
  if (vantage === "sampled") return "the coordinator tells assignments in state Stable only";
  if (toAt === undefined && rebalance && rebalance.toAt === undefined)
    return "not Stable yet: nobody has been assigned anything";
  // A rebalance that ended with its generation was never over: the next one began before.
  if (toAt !== undefined && rebalance?.toAt === toAt)
    return "never became Stable: nobody was assigned anything";
  return "nobody who saw it knows the assignment";
}

/** Numbers that have no band of their own: a group that nobody is in counts on as well. */
function gapText(generation: Generation, before: Generation | undefined): string | undefined {
  if (generation.generationId === undefined || before?.generationId === undefined) return undefined;
  const first = before.generationId + 1;
  const last = generation.generationId - 1;
  if (last < first) return undefined;
  return `${first === last ? String(first) : `${first}–${last}`} had no members, or went unseen`;
}

function changesText(generation: Generation, rows: readonly AssignedPartition[]): string {
  const kept = rows.filter(({ change }) => change === "kept");
  const first = rows.filter(({ change }) => change === "first");
  const nobody = rows.filter(({ change }) => change === "nobody");
  const moved = new Map<string, TopicPartition[]>();
  for (const each of rows) {
    if (each.change !== "moved" || !each.owner) continue;
    moved.set(each.owner.name, [...(moved.get(each.owner.name) ?? []), each]);
  }
  const parts = [
    kept.length > 0 && `${countText(kept.length)} kept`,
    first.length > 0 && `${countText(first.length)} assigned`,
    ...[...moved].slice(0, 6).map(([name, partitions]) => `${partitionsText(partitions, 3)} → ${name}`),
    moved.size > 6 && `${countText(moved.size - 6)} more members`,
    nobody.length > 0 && `${partitionsText(nobody, 3)} nobody`,
    !generation.complete && "others not known",
  ];
  return parts.filter((part) => part !== false).join(" · ");
}

/** `orders-3 moved from A to worker-1`. */
export function partitionChangeText(partition: AssignedPartition): string {
  const name = topicPartitionText(partition);
  const { owner, previousOwner } = partition;
  switch (partition.change) {
    case "kept":
      return `${name} stayed with ${owner?.name}`;
    case "moved":
      return previousOwner
        ? `${name} moved from ${previousOwner.name} to ${owner?.name}`
        : `${name} went to ${owner?.name}; nobody had it before`;
    case "first":
      return `${name} was assigned to ${owner?.name}`;
    case "nobody":
      return previousOwner
        ? `${name} is assigned to nobody; ${previousOwner.name} had it before`
        : `${name} is assigned to nobody`;
  }
}

function ownersOf(generation: Generation, index: LaneIndex): TopicPartitionMap<Owner> {
  const owners = new TopicPartitionMap<Owner>();
  for (const share of generation.shares) {
    const owner = index.ownerOf(share.memberId);
    for (const key of share.assigned) owners.set(key, owner);
  }
  return owners;
}

/** Partitions of the topics read now or before that nobody was given. */
function ofNobody(
  { cluster, group }: Pick<Scene, "cluster" | "group">,
  of: {
    readonly generation: Generation;
    readonly owners: TopicPartitionMap<Owner>;
    readonly previous: TopicPartitionMap<Owner> | undefined;
  },
): readonly TopicPartition[] {
  const nobody = new TopicPartitionMap<true>();
  const topics = new Set([...of.owners.keys()].map(({ topic }) => topic));
  for (const key of of.previous?.keys() ?? []) if (!of.owners.has(key)) nobody.set(key, true);
  for (const topic of topics) {
    for (const { partition } of cluster.topics.byName.get(topic)?.partitions ?? []) {
      if (!of.owners.has({ topic, partition })) nobody.set({ topic, partition }, true);
    }
  }
  const isNow = of.generation.toAt === undefined;
  for (const key of (isNow && partitionsOfNobody(cluster, groupView(cluster, group))) || [])
    nobody.set(key, true);
  return [...nobody.keys()];
}

function row(
  generation: Generation,
  of: {
    readonly key: TopicPartition;
    readonly owner: Owner | undefined;
    readonly previous: TopicPartitionMap<Owner> | undefined;
  },
): AssignedPartition {
  const { key, owner, previous } = of;
  const before = previous?.get(key);
  return {
    ref: { kind: "assignedPartition", fromMs: generation.fromAt, topic: key.topic, partition: key.partition },
    topic: key.topic,
    partition: key.partition,
    owner: owner ?? null,
    change: changeOf(owner, before, previous !== undefined),
    previousOwner: before ?? null,
  };
}

function changeOf(
  owner: Owner | undefined,
  before: Owner | undefined,
  compared: boolean,
): AssignedPartition["change"] {
  if (!owner) return "nobody";
  if (!compared) return "first";
  return before && sameLane(before.lane, owner.lane) ? "kept" : "moved";
}
