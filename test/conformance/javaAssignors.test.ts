import { beforeAll, describe, expect, test } from "vitest";
import type { AssignorMember, GroupAssignment } from "#assignors/assignor.ts";
import { assignors } from "#assignors/assignors.ts";
import { readAssignmentClaim } from "#assignors/stickyUserData.ts";
import { compareTopicPartitions, topicPartitionText } from "#base/topicPartition.ts";
import { decodeAssignment, decodeSubscription } from "#engine/group/subscription.ts";
import { newestKafka } from "../../scripts/protocol/kafkaClients.ts";
import { expectJava, runJava } from "./javaClient.ts";
import { type RandomGroup, randomGroup } from "./randomGroups.ts";

const groupsOfEach = Number(process.env["GROUPSCOPE_GROUPS"] ?? 1_000);
const all = ["range", "roundrobin", "sticky", "cooperative-sticky"];
const firstSeed = Number(process.env["GROUPSCOPE_SEED"] ?? 20_241);

/** A group as both divided it; sorted, as the order of members and partitions means nothing. */
interface Compared {
  readonly seed: number;
  readonly group: RandomGroup;
  readonly members: readonly AssignorMember[];
  readonly java: GroupAssignment;
  readonly ours: GroupAssignment;
}

describe("assignors beside those of the Java client", () => {
  const compared = new Map<string, readonly Compared[]>();

  beforeAll(() => {
    expectJava();
    const seeds = Array.from({ length: groupsOfEach }, (_, index) => firstSeed + index);
    const groups = all.flatMap((assignor) =>
      seeds.map((seed) => ({ seed, group: randomGroup(assignor, seed) })),
    );
    const input = groups.flatMap(({ group }) => linesFor(group)).join("\n");
    const output = runJava(newestKafka, ["KafkaAssignors.java"], input);
    const divided = groups.map(({ seed, group }, index) => compare(seed, group, output[index] ?? ""));
    for (const [assignor, ofIt] of Map.groupBy(divided, ({ group }) => group.assignor))
      compared.set(assignor, ofIt);
  });

  const of = (assignor: string) => {
    const ofIt = compared.get(assignor) ?? [];
    expect(ofIt).toHaveLength(groupsOfEach);
    return ofIt;
  };

  test.each(all)("%s gives every member the same partitions", (assignor) => {
    const differing = of(assignor).filter(({ java, ours }) => text(java) !== text(ours));

    expect(differing.map(report)).toEqual([]);
  });

  test.each(["sticky", "cooperative-sticky"])(
    "the groups for %s are such that partitions move",
    (assignor) => {
      const moving = of(assignor).filter(({ members, java }) => moved(members, java) > 0);

      expect(moving.length).toBeGreaterThan(groupsOfEach / 4);
    },
  );

  test("the groups for cooperative-sticky are such that owners have to let go of partitions first", () => {
    const holding = of("cooperative-sticky").filter(({ group, java }) => heldBack(group, java) > 0);

    expect(holding.length).toBeGreaterThan(groupsOfEach / 4);
  });
});

function compare(seed: number, group: RandomGroup, answer: string): Compared {
  const members = group.members.map(decodeMember);
  const assignor = assignors.find(({ name }) => name === group.assignor);
  if (!assignor) throw new Error(`${group.assignor} is not one of ours`);
  return { seed, group, members, java: readAnswer(answer), ours: assignor.assign(members, group.topics) };
}

function linesFor({ assignor, topics, members }: RandomGroup): string[] {
  return [
    ...Array.from(topics, ([topic, { partitionCount, racks }]) => {
      const fields = Array.from({ length: partitionCount }, (_, partition) =>
        Array.from(racks?.[partition] ?? []),
      );
      return ["topic", topic, ...fields.map((ofPartition) => ofPartition.join(",") || "-")].join(" ");
    }),
    ...members.map(({ memberId, groupInstanceId, metadata }) =>
      ["member", memberId, groupInstanceId ?? "-", Buffer.from(metadata).toString("base64")].join(" "),
    ),
    `assign ${assignor}`,
  ];
}

function readAnswer(line: string): GroupAssignment {
  return new Map(
    line.split(" ").map((word) => {
      const [memberId = "", bytes = ""] = word.split(":");
      const decoded = decodeAssignment(Buffer.from(bytes, "base64"));
      if (!decoded.ok) throw decoded.error;
      return [memberId, decoded.value];
    }),
  );
}

function decodeMember({
  memberId,
  groupInstanceId,
  metadata,
}: RandomGroup["members"][number]): AssignorMember {
  const decoded = decodeSubscription(memberId, groupInstanceId ?? null, metadata);
  if (!decoded.ok) throw decoded.error;
  return decoded.value;
}

/** How many partitions went to a member that did not have them. */
function moved(members: readonly AssignorMember[], assignment: GroupAssignment): number {
  const had = new Set(
    members.flatMap(({ memberId, ownedPartitions, userData }) =>
      [...ownedPartitions, ...readAssignmentClaim(userData).partitions].map(
        (one) => `${memberId} ${topicPartitionText(one)}`,
      ),
    ),
  );
  return Array.from(assignment).flatMap(([memberId, partitions]) =>
    partitions.filter((one) => !had.has(`${memberId} ${topicPartitionText(one)}`)),
  ).length;
}

/** How many partitions that somebody subscribes to were given to nobody. */
function heldBack({ topics }: RandomGroup, assignment: GroupAssignment): number {
  const all = Array.from(topics.values()).reduce((sum, { partitionCount }) => sum + partitionCount, 0);
  return all - Array.from(assignment.values()).flat().length;
}

function text(assignment: GroupAssignment): string {
  return Array.from(assignment)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([memberId, partitions]) => {
      const inOrder = partitions.toSorted(compareTopicPartitions);
      return `${memberId}: ${inOrder.map(topicPartitionText).join(" ")}`;
    })
    .join("\n");
}

function report({ seed, java, ours }: Compared): string {
  return `seed ${seed}\nJava\n${text(java)}\nours\n${text(ours)}`;
}
