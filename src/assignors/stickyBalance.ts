import { compareTopicPartitions, type TopicPartition } from "#base/topicPartition.ts";
import type { AssignorMember, AssignorTopics } from "./assignor.ts";

/** One member's share while it is being found. */
interface Share {
  readonly memberId: string;
  readonly topics: ReadonlySet<string>;
  /** By topic, in partition order: what it kept first, what it was given after. */
  readonly kept: Map<string, TopicPartition[]>;
  readonly given: Map<string, TopicPartition[]>;
  load: number;
}

/** One step of a chain that evens two members out: `from` hands a partition of `topic` to the next one. */
interface Handover {
  readonly from: Share;
  readonly topic: string;
}

/**
 * The most even division that subscriptions allow, moving as few partitions as that takes.
 *
 * Everybody first keeps what `ownerOf` says; free partitions go to whoever has least; then partitions move from
 * the fullest to the emptiest, directly or along a chain of members, until no move evens anything out.
 */
export function balance(
  members: readonly AssignorMember[],
  topics: AssignorTopics,
  ownerOf: (partition: TopicPartition) => string | undefined,
): Map<string, TopicPartition[]> {
  const shares = members
    .map(
      (member): Share => ({
        memberId: member.memberId,
        topics: new Set(member.topics.filter((topic) => topics.has(topic))),
        kept: new Map(),
        given: new Map(),
        load: 0,
      }),
    )
    .sort((a, b) => (a.memberId < b.memberId ? -1 : 1));

  const free = keepOwned(shares, topics, ownerOf);
  giveAway(shares, free);
  while (evenOut(shares)) {
    // Each round lowers the sum of squared loads, so it ends.
  }
  return new Map(shares.map((share) => [share.memberId, partitionsOf(share)]));
}

function keepOwned(
  shares: readonly Share[],
  topics: AssignorTopics,
  ownerOf: (partition: TopicPartition) => string | undefined,
): TopicPartition[] {
  const byId = new Map(shares.map((share) => [share.memberId, share]));
  const free: TopicPartition[] = [];
  for (const [topic, { partitionCount }] of topics) {
    for (let partition = 0; partition < partitionCount; partition++) {
      const topicPartition = { topic, partition };
      const owner = byId.get(ownerOf(topicPartition) ?? "");
      if (owner) put(owner, owner.kept, topicPartition);
      else free.push(topicPartition);
    }
  }
  return free;
}

/** Partitions with the fewest takers first: the others can still go anywhere. */
function giveAway(shares: readonly Share[], free: readonly TopicPartition[]): void {
  const takers = new Map<string, Share[]>();
  for (const { topic } of free) {
    if (!takers.has(topic)) {
      takers.set(
        topic,
        shares.filter((share) => share.topics.has(topic)),
      );
    }
  }
  const takersOf = (partition: TopicPartition) => takers.get(partition.topic) ?? [];
  const inOrder = free.toSorted(
    (a, b) => takersOf(a).length - takersOf(b).length || compareTopicPartitions(a, b),
  );
  for (const partition of inOrder) {
    const taker = leastLoaded(takersOf(partition));
    if (taker) put(taker, taker.given, partition);
  }
}

function leastLoaded(shares: readonly Share[]): Share | undefined {
  let least: Share | undefined;
  for (const share of shares) {
    if (!least || share.load < least.load) least = share;
  }
  return least;
}

/** Moves one partition, or one along each step of a chain; false when nothing is left to even out. */
function evenOut(shares: readonly Share[]): boolean {
  const lowest = leastLoaded(shares)?.load ?? 0;
  const fullestFirst = shares.filter((share) => share.load >= lowest + 2).sort((a, b) => b.load - a.load);
  for (const source of fullestFirst) {
    const chain = findChain(source, shares);
    if (!chain) continue;
    let taker = chain.taker;
    for (const { from, topic } of chain.handovers) {
      put(taker, taker.given, take(from, topic));
      taker = from;
    }
    return true;
  }
  return false;
}

/** Breadth first from `source` to the emptiest member at the least distance that has at least two fewer. */
function findChain(
  source: Share,
  shares: readonly Share[],
): { readonly taker: Share; readonly handovers: readonly Handover[] } | undefined {
  const reachedBy = new Map<Share, Handover | undefined>([[source, undefined]]);
  let frontier: readonly Share[] = [source];
  while (frontier.length > 0) {
    const reached = frontier.flatMap((from) => reach(from, shares, reachedBy));
    const taker = leastLoaded(reached);
    if (taker && taker.load <= source.load - 2) return { taker, handovers: chainTo(taker, reachedBy) };
    frontier = reached;
  }
  return undefined;
}

/** The members that `from` could hand something to and that no shorter chain reaches. */
function reach(from: Share, shares: readonly Share[], reachedBy: Map<Share, Handover | undefined>): Share[] {
  return shares.filter((to) => {
    const topic = reachedBy.has(to) ? undefined : topicToHandOver(from, to);
    if (topic !== undefined) reachedBy.set(to, { from, topic });
    return topic !== undefined;
  });
}

function chainTo(taker: Share, reachedBy: ReadonlyMap<Share, Handover | undefined>): Handover[] {
  const handovers: Handover[] = [];
  for (let step = reachedBy.get(taker); step; step = reachedBy.get(step.from)) handovers.push(step);
  return handovers;
}

/** A topic of which `from` has a partition that `to` may take; one that moved already before one that was kept. */
function topicToHandOver(from: Share, to: Share): string | undefined {
  for (const part of [from.given, from.kept]) {
    for (const [topic, partitions] of part) {
      if (partitions.length > 0 && to.topics.has(topic)) return topic;
    }
  }
  return undefined;
}

function put(share: Share, part: Map<string, TopicPartition[]>, partition: TopicPartition): void {
  const ofTopic = part.get(partition.topic);
  if (ofTopic) ofTopic.push(partition);
  else part.set(partition.topic, [partition]);
  share.load++;
}

function take(share: Share, topic: string): TopicPartition {
  const partition = share.given.get(topic)?.pop() ?? share.kept.get(topic)?.pop();
  if (!partition) throw new Error(`${share.memberId} has no partition of ${topic} to hand over`);
  share.load--;
  return partition;
}

function partitionsOf(share: Share): TopicPartition[] {
  return [...share.kept.values(), ...share.given.values()].flat().sort(compareTopicPartitions);
}
