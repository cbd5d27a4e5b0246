import type { TopicPartition } from "#base/topicPartition.ts";
import type { AssignorMember, AssignorTopics } from "./assignor.ts";
import { eachPartition } from "./eachPartition.ts";
import { MixedShares } from "./mixedShares.ts";
import { PartitionMovements } from "./partitionMovements.ts";
import type { Claims } from "./stickyClaims.ts";
import { stickyRacks } from "./stickyRacks.ts";

/**
 * The sticky division when members subscribe to different topics; the numbers are those of Java's general assignment.
 * Everybody keeps what it owns, free partitions go to whoever has least, then partitions move one by one from a member
 * to another that has at least two fewer, until none can.
 */
export function divideMixed(
  members: readonly AssignorMember[],
  topics: AssignorTopics,
  claims: Claims,
): Map<string, TopicPartition[]> {
  const racks = stickyRacks(members, topics);
  const shares = new MixedShares(members, topics);
  const all = shares.sorted(eachPartition(topics));

  const free = all.filter((partition) => {
    const owner = claims.ownerOf(partition);
    if (owner === undefined || racks.isFar(owner, partition)) return true;
    shares.put(owner, partition);
    return false;
  });
  const somethingMustMove = free.some(
    (partition) => claims.ownerOf(partition) !== undefined || claims.isGivenUp(partition),
  );
  const isFirst = shares.largest === 0;

  const far = racks.matter
    ? free.filter(
        (partition) => !shares.giveToLeast(partition, (memberId) => !racks.isFar(memberId, partition)),
      )
    : free;
  for (const partition of far) shares.giveToLeast(partition, () => true);

  const before = { byMember: shares.byMember(), unevenness: shares.unevenness };
  const evening = new Evening(shares, claims);
  // What was free may move without anybody losing what it had: that comes first.
  if (!somethingMustMove) evening.run(free);
  const isWorthIt = !evening.run(all) || isFirst || shares.unevenness < before.unevenness;
  return isWorthIt ? shares.byMember() : before.byMember;
}

/** Moves partitions until no move evens anything out. */
class Evening {
  readonly #shares: MixedShares;
  readonly #claims: Claims;
  readonly #movements = new PartitionMovements();

  constructor(shares: MixedShares, claims: Claims) {
    this.#shares = shares;
    this.#claims = claims;
  }

  /** Whether anything moved. */
  run(partitions: readonly TopicPartition[]): boolean {
    const movable = partitions.filter(({ topic }) => this.#shares.isShared(topic));
    // Moves that send another partition home need not even anything out by themselves, so they are counted.
    let movesLeft = 100 + 10 * movable.length;
    let hasMoved = false;
    for (let isMoving = true; isMoving && movesLeft > 0; ) {
      isMoving = false;
      for (const partition of movable) {
        if (this.#shares.isBalanced) break;
        if (!this.#move(partition)) continue;
        isMoving = true;
        hasMoved = true;
        movesLeft--;
      }
    }
    return hasMoved;
  }

  /** Back to whoever had it before the latest generation, if that has two fewer; else to whoever has least. */
  #move(partition: TopicPartition): boolean {
    const shares = this.#shares;
    const owner = shares.ownerOf(partition);
    const former = this.#claims.formerOwnerOf(partition);
    const least = shares.leastOf(partition.topic);
    const to = [former, least].find(
      (candidate) =>
        candidate !== undefined && owner !== undefined && shares.load(owner) > shares.load(candidate) + 1,
    );
    if (owner === undefined || to === undefined) return false;
    const actual = this.#movements.insteadOf(partition, { from: owner, to });
    const from = shares.ownerOf(actual) ?? owner;
    this.#movements.add(actual, { from, to });
    shares.put(to, actual);
    return true;
  }
}
