import { stringifyWithBigints } from "#base/json.ts";
import { type TopicPartition, TopicPartitionMap, topicPartitionText } from "#base/topicPartition.ts";
import type { ObservationBody } from "#trace/observation.ts";
import type { GroupDescribed, GroupOffsets } from "#trace/observations/group.ts";
import type { Ledger } from "./ledger.ts";
import type { Rewinds } from "./rewinds.ts";
import type { Verdict } from "./violation.ts";

/** What the broker knows about groups: who owns what in which generation, and what is committed. */
export class GroupWatch {
  readonly #ledger: Ledger;
  readonly #rewinds: Rewinds;
  readonly #verdict: Verdict;
  readonly #described = new Map<string, GroupDescribed>();
  /** By group: the generation it was given when a static member's return turned it into a classic one. */
  readonly #untold = new Map<string, number>();
  readonly #committed = new Map<string, TopicPartitionMap<bigint>>();
  /** By group: offsets that were committed without the epoch of the record before them, as after a seek. */
  readonly #withoutEpoch = new Map<string, TopicPartitionMap<bigint>>();
  /** By group and generation. */
  readonly #owners = new Map<string, Map<number, TopicPartitionMap<string>>>();

  constructor(ledger: Ledger, rewinds: Rewinds, verdict: Verdict) {
    this.#ledger = ledger;
    this.#rewinds = rewinds;
    this.#verdict = verdict;
  }

  described(groupId: string): GroupDescribed | undefined {
    return this.#described.get(groupId);
  }

  /**
   * True of a generation whose members may never have been told what they were to get in it: Kafka does not rebalance a
   * group that becomes classic because a static member takes its former self's place, even when others still wait for
   * partitions (GroupMetadataManager.convertToClassicGroup). The next rebalance tells them.
   */
  isUntold({ groupId, generationId }: GroupDescribed): boolean {
    return generationId !== undefined && this.#untold.get(groupId) === generationId;
  }

  committed(groupId: string, key: TopicPartition): bigint | undefined {
    return this.#committed.get(groupId)?.get(key);
  }

  /** A log was cut at `end`: whoever goes on from an offset behind it that names no epoch cannot notice (KIP-320). */
  excuseAfterCut(key: TopicPartition, end: bigint): void {
    for (const [group, offsets] of this.#withoutEpoch) {
      const committed = offsets.get(key) ?? 0n;
      this.#ledger.excused(group, key, end, committed);
    }
  }

  observed(body: ObservationBody): void {
    switch (body.type) {
      case "group.described":
        this.#noteDowngrade(body);
        this.#described.set(body.groupId, body);
        // A group that was upgraded counts anew when it is downgraded.
        if (body.groupType !== "classic") this.#owners.get(body.groupId)?.clear();
        else if (body.state === "Stable") this.#checkOwners(body);
        return;
      case "broker.invariant":
        if (
          body.isBroken &&
          !(body.rule === "forwardCommit" && this.#rewinds.isAllowed(body.groupId, body))
        ) {
          this.#verdict.fail("broker", stringifyWithBigints(body));
        }
        return;
      case "broker.delivery":
        this.#verdict.fail("broker", stringifyWithBigints(body));
        return;
      case "group.offsets":
        this.#checkOffsets(body);
        return;
      default:
    }
  }

  #noteDowngrade({ groupId, groupType, state, generationId }: GroupDescribed): void {
    const wasConsumer = this.#described.get(groupId)?.groupType === "consumer";
    const isTakenOver = wasConsumer && groupType === "classic" && state === "Stable";
    if (isTakenOver && generationId !== undefined) this.#untold.set(groupId, generationId);
  }

  #checkOffsets({ groupId, offsets }: GroupOffsets): void {
    const before = this.#committed.get(groupId);
    const committed = new TopicPartitionMap<bigint>();
    const withoutEpoch = new TopicPartitionMap<bigint>();
    this.#withoutEpoch.set(groupId, withoutEpoch);
    for (const { topic, partition, committedOffset, leaderEpoch } of offsets) {
      if (committedOffset === undefined) continue;
      const key = { topic, partition };
      committed.set(key, committedOffset);
      if (leaderEpoch === undefined) withoutEpoch.set(key, committedOffset);
      // What was on its way when the log was cut may be more than was delivered of the new one.
      if (before?.get(key) === committedOffset) continue;
      if (this.#ledger.wasCutLately(key)) continue;
      this.#ledger.checkAccountedBelow(groupId, key, committedOffset, "the group committed");
    }
    this.#committed.set(groupId, committed);
  }

  /** In one generation a partition belongs to one member, from the first to the last time it is seen. */
  #checkOwners({ groupId, generationId, members }: GroupDescribed): void {
    if (generationId === undefined) return;
    const generations = this.#owners.get(groupId) ?? new Map<number, TopicPartitionMap<string>>();
    this.#owners.set(groupId, generations);
    const owners = generations.get(generationId) ?? new TopicPartitionMap<string>();
    generations.set(generationId, owners);
    for (const { memberId, groupInstanceId, assigned = [] } of members) {
      // A static member that came back takes its former self's place without a new generation (KIP-345).
      const owner = groupInstanceId ?? memberId;
      for (const key of assigned) {
        const other = owners.get(key);
        if (other !== undefined && other !== owner) {
          const what = `${topicPartitionText(key)} in generation ${generationId}`;
          this.#verdict.fail("owner", `${what} belongs to ${other} and to ${owner}`);
        }
        owners.set(key, owner);
      }
    }
  }
}
