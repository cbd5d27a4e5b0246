import { type TopicPartition, TopicPartitionMap, topicPartitionText } from "#base/topicPartition.ts";
import type { ObservationBody } from "#trace/observation.ts";
import type { CommitState } from "#trace/observations/commit.ts";
import type { GroupDescribed } from "#trace/observations/group.ts";
import type { Verdict } from "./violation.ts";

/** Who has had a partition; several, when a static member came back under another id. */
type Holders = TopicPartitionMap<Set<string>>;

interface Generation {
  readonly since: number;
  readonly holders: Holders;
}

/**
 * No broker asks whether a partition is its committer's, so here somebody does: what is another's by now, nobody commits
 * any more. What is nobody's may be: it is committed while it is being given up.
 */
export class CommitWatch {
  readonly #now: () => number;
  readonly #verdict: Verdict;
  /** Of classic groups, by group and generation. */
  readonly #generations = new Map<string, Map<number, Generation>>();
  /** Of groups of the new protocol: who has what now. */
  readonly #current = new Map<string, Holders>();
  /** Topics that were. The new protocol knows them by their ids: who has given up nothing yet may have an old one's. */
  readonly #recreated = new Set<string>();
  /** Members that were put out. A consumer group takes a classic one back under its old id, and it hears of nothing. */
  readonly #evicted = new Set<string>();

  /**
   * Members that were in a group while it was classic. Kafka upgrades it also while they hand partitions over, and what is not
   * assigned is free for others from then on: who has not heard yet that it is to give something up commits it as it does.
   */
  readonly #fromClassic = new Set<string>();

  constructor(now: () => number, verdict: Verdict) {
    this.#now = now;
    this.#verdict = verdict;
  }

  recreated(topic: string): void {
    this.#recreated.add(topic);
  }

  observed(body: ObservationBody): void {
    if (body.type === "group.memberGone" && body.how === "evicted") this.#evicted.add(body.memberId);
    else if (body.type === "group.described") this.#described(body);
    else if (body.type === "commit.state" && body.state === "settled") this.#settled(body);
  }

  #described(group: GroupDescribed): void {
    const { groupId, groupType, generationId, state } = group;
    if (groupType !== "classic") {
      // When it is classic again it counts anew.
      this.#generations.delete(groupId);
      const holders: Holders = new TopicPartitionMap();
      this.#current.set(groupId, holders);
      note(holders, group, (key) => !this.#recreated.has(key.topic));
      return;
    }
    this.#current.delete(groupId);
    for (const { memberId } of group.members) this.#fromClassic.add(memberId);
    if (state !== "Stable" || generationId === undefined) return;
    const generations = this.#generations.get(groupId) ?? new Map<number, Generation>();
    this.#generations.set(groupId, generations);
    const generation = generations.get(generationId) ?? {
      since: this.#now(),
      holders: new TopicPartitionMap<Set<string>>(),
    };
    generations.set(generationId, generation);
    note(generation.holders, group, () => true);
  }

  #settled({ groupId, memberId, generationId, offsets, sentAt = 0 }: CommitState): void {
    if (memberId === undefined || generationId === undefined || this.#evicted.has(memberId)) return;
    const holders = this.#generations.has(groupId)
      ? this.#holdersIn(groupId, generationId, sentAt)
      : this.#holdersNow(groupId, memberId, sentAt);
    for (const { topic, partition, to, error } of offsets) {
      const by = error === undefined ? holders?.get({ topic, partition }) : undefined;
      if (by === undefined || by.has(memberId)) continue;
      const key: TopicPartition = { topic, partition };
      const what = `${to} of ${topicPartitionText(key)} in generation ${generationId}`;
      this.#verdict.fail(
        "committer",
        `${memberId} committed ${what}, which is ${Array.from(by).join(", ")}'s`,
      );
    }
  }

  /** Undefined of a generation of before the group was upgraded, when it had the same number. */
  #holdersIn(groupId: string, generationId: number, sentAt: number): Holders | undefined {
    const generation = this.#generations.get(groupId)?.get(generationId);
    return generation !== undefined && generation.since <= sentAt ? generation.holders : undefined;
  }

  /** Undefined when it may be others now: the answer was held back. */
  #holdersNow(groupId: string, memberId: string, sentAt: number): Holders | undefined {
    if (this.#fromClassic.has(memberId) || sentAt !== this.#now()) return undefined;
    return this.#current.get(groupId);
  }
}

function note(holders: Holders, { members }: GroupDescribed, counts: (key: TopicPartition) => boolean): void {
  for (const { memberId, assigned = [] } of members) {
    for (const key of assigned) {
      if (!counts(key)) continue;
      const ids = holders.get(key);
      if (ids) ids.add(memberId);
      else holders.set(key, new Set([memberId]));
    }
  }
}
