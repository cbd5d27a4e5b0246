import { stringifyWithBigints } from "#base/json.ts";
import { type TopicPartition, TopicPartitionMap, topicPartitionText } from "#base/topicPartition.ts";
import type { ObservationBody } from "#trace/observation.ts";
import type { GroupDescribed } from "#trace/observations/group.ts";
import type { Ledger } from "./ledger.ts";
import type { Verdict } from "./violation.ts";

/** What the broker knows about groups: who owns what in which generation, and what is committed. */
export class GroupWatch {
  readonly #ledger: Ledger;
  readonly #verdict: Verdict;
  readonly #described = new Map<string, GroupDescribed>();
  readonly #committed = new Map<string, TopicPartitionMap<bigint>>();
  /** By group and generation. */
  readonly #owners = new Map<string, TopicPartitionMap<string>>();

  constructor(ledger: Ledger, verdict: Verdict) {
    this.#ledger = ledger;
    this.#verdict = verdict;
  }

  described(groupId: string): GroupDescribed | undefined {
    return this.#described.get(groupId);
  }

  committed(groupId: string, key: TopicPartition): bigint | undefined {
    return this.#committed.get(groupId)?.get(key);
  }

  observed(body: ObservationBody): void {
    if (body.type === "group.described") {
      this.#described.set(body.groupId, body);
      if (body.groupType === "classic" && body.state === "Stable") this.#checkOwners(body);
    } else if (body.type === "broker.invariant") {
      // A commit that goes back may be what a user wanted; nothing else may.
      if (body.isBroken && body.rule !== "forwardCommit")
        this.#verdict.fail("broker", stringifyWithBigints(body));
    } else if (body.type === "group.offsets") {
      const committed = new TopicPartitionMap<bigint>();
      for (const { topic, partition, committedOffset } of body.offsets) {
        if (committedOffset === undefined) continue;
        const key = { topic, partition };
        committed.set(key, committedOffset);
        this.#ledger.checkAccountedBelow(body.groupId, key, committedOffset, "the group committed");
      }
      this.#committed.set(body.groupId, committed);
    }
  }

  /** In one generation a partition belongs to one member, from the first to the last time it is seen. */
  #checkOwners({ groupId, generationId, members }: GroupDescribed): void {
    const name = `${groupId}@${generationId}`;
    let owners = this.#owners.get(name);
    if (!owners) {
      owners = new TopicPartitionMap();
      this.#owners.set(name, owners);
    }
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
