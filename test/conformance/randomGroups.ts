import type { AssignorTopic } from "#assignors/assignor.ts";
import { assignmentUserData, generationUserData } from "#assignors/stickyUserData.ts";
import { type Random, randomInt, seededRandom } from "#base/random.ts";
import { groupByTopic, type TopicPartition } from "#base/topicPartition.ts";
import { consumerProtocolSubscription } from "#protocol/data/consumerProtocolSubscription.ts";
import { encodeData } from "#protocol/data/dataSchema.ts";

/** A member as its leader gets to know it. */
export interface RandomMember {
  readonly memberId: string;
  readonly groupInstanceId: string | undefined;
  /** What it sends in JoinGroup, in one of the four versions. */
  readonly metadata: Uint8Array;
}

/** A group whose partitions are to be divided. */
export interface RandomGroup {
  readonly assignor: string;
  readonly topics: ReadonlyMap<string, AssignorTopic>;
  readonly members: readonly RandomMember[];
}

interface Draft {
  readonly memberId: string;
  readonly topics: readonly string[];
  /** Of the subscription: what a member can say of itself depends on it. */
  readonly version: number;
  readonly generationId: number;
  /** A sticky member of old, whose user data (v0) has no generation. */
  readonly isOld: boolean;
  readonly owned: TopicPartition[];
}

const racks = ["east", "west", "north"];
const latestGeneration = 7;

/** A group with members, topics, racks and previous assignments of all kinds; the same for the same random numbers. */
export function randomGroup(assignor: string, seed: number): RandomGroup {
  const random = seededRandom(seed);
  const hasRacks = chance(random, 0.4);
  const names = Array.from({ length: 1 + randomInt(random, 5) }, (_, index) => `t${index}`);
  const topics = new Map(names.map((name) => [name, randomTopic(random, hasRacks)]));
  const common = chance(random, 0.5) ? someOf(random, names) : undefined;
  // Java goes through hash maps; for so few members with these ids that is the order of their names, as it is with us.
  const drafts = Array.from(
    { length: 1 + randomInt(random, 9) },
    (_, index): Draft => ({
      memberId: `m${index}`,
      topics: common ?? someOf(random, names),
      version: randomInt(random, 4),
      generationId: chance(random, 0.8) ? latestGeneration : 4 + randomInt(random, 4),
      isOld: chance(random, 0.2),
      owned: [],
    }),
  );
  if (chance(random, 0.8)) assignBefore(random, drafts, { topics, isUniform: common !== undefined });
  const members = drafts.map((draft) => ({
    memberId: draft.memberId,
    groupInstanceId: chance(random, 0.2) ? `i${randomInt(random, 100)}-${draft.memberId}` : undefined,
    metadata: metadataOf(assignor, draft, hasRacks && chance(random, 0.8) ? oneOf(random, racks) : null),
  }));
  return { assignor, topics, members };
}

function randomTopic(random: Random, hasRacks: boolean): AssignorTopic {
  const partitionCount = randomInt(random, chance(random, 0.2) ? 40 : 9);
  if (!hasRacks) return { partitionCount };
  const isEverywhere = chance(random, 0.2);
  const replicas = () => new Set(racks.filter(() => isEverywhere || chance(random, 0.45)));
  return { partitionCount, racks: Array.from({ length: partitionCount }, replicas) };
}

/**
 * Some partitions had an owner, often lopsidedly; now and then two members believe they have one.
 *
 * Left out is where Java's answer is not to be followed: among members with different subscriptions it sends a
 * partition back to a former owner that does not subscribe to it any more, and lets one of two members keep what both
 * claim while the other still consumes it.
 */
function assignBefore(
  random: Random,
  drafts: readonly Draft[],
  { topics, isUniform }: { readonly topics: RandomGroup["topics"]; readonly isUniform: boolean },
): void {
  const share = random.next();
  const favourites = drafts.filter(() => chance(random, 0.6));
  for (const [topic, { partitionCount }] of topics) {
    const owners = (favourites.length > 0 ? favourites : drafts).filter(
      (draft) =>
        draft.topics.includes(topic) ||
        (draft.generationId === latestGeneration && !draft.isOld && chance(random, 0.1)),
    );
    for (let partition = 0; partition < partitionCount && owners.length > 0; partition++) {
      if (!chance(random, share)) continue;
      const owner = oneOf(random, owners);
      owner.owned.push({ topic, partition });
      // Java reads the generation of the other claimant from the subscription alone, which has it since v2.
      const others = owners.filter((other) => other !== owner && other.version >= 2 && owner.version >= 2);
      if (isUniform && others.length > 0 && chance(random, 0.05))
        oneOf(random, others).owned.push({ topic, partition });
    }
  }
}

function metadataOf(
  assignor: string,
  { topics, version, generationId, owned, isOld }: Draft,
  rackId: string | null,
): Uint8Array {
  const isCooperative = assignor === "cooperative-sticky";
  const claim = isCooperative
    ? generationUserData(generationId)
    : assignmentUserData({ generationId, assigned: owned });
  const knowsNothing = owned.length === 0 && isOld;
  // The user data of sticky v0 ends before the generation.
  const userData = assignor === "sticky" && isOld && version < 2 ? (claim?.slice(0, -4) ?? null) : claim;
  return encodeData(consumerProtocolSubscription, version, {
    topics: topics.toSorted(),
    userData: knowsNothing || !assignor.includes("sticky") ? null : userData,
    ownedPartitions: isCooperative ? groupByTopic(owned) : [],
    generationId: knowsNothing ? -1 : generationId,
    rackId,
  });
}

/** At least one of them. */
function someOf(random: Random, names: readonly string[]): readonly string[] {
  const some = names.filter(() => chance(random, 0.6));
  return some.length > 0 ? some : [oneOf(random, names)];
}

function oneOf<T>(random: Random, from: readonly T[]): T {
  const one = from[randomInt(random, from.length)];
  if (one === undefined) throw new Error("nothing to choose from");
  return one;
}

function chance(random: Random, probability: number): boolean {
  return random.next() < probability;
}
