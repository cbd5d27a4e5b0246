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
    const groups = ["range", "roundrobin", "sticky", "cooperative-sticky"].flatMap((assignor) =>
      seeds.map((seed) => ({ seed, group: randomGroup(assignor, seed) })),
    );
    const input = groups.flatMap(({ group }) => linesFor(group)).join("\n");
    const output = runJava(newestKafka, ["KafkaAssignors.java"], input);
    const all = groups.map(({ seed, group }, index) => compare(seed, group, output[index] ?? ""));
    for (const [assignor, ofIt] of Map.groupBy(all, ({ group }) => group.assignor))
      compared.set(assignor, ofIt);
  });

  const of = (assignor: string) => {
    const all = compared.get(assignor) ?? [];
    expect(all).toHaveLength(groupsOfEach);
    return all;
  };

  test.each(["range", "roundrobin"])("%s gives every member the same partitions", (assignor) => {
    const differing = of(assignor).filter(({ java, ours }) => text(java) !== text(ours));

    expect(differing.map(report)).toEqual([]);
  });

  // Which partition of several moves may differ, as Java takes the first of a hash set.
  test.each(["sticky", "cooperative-sticky"])("%s is balanced as well", (assignor) => {
    const differing = of(assignor).filter(({ java, ours }) => loads(java) !== loads(ours));

    expect(differing.map(report)).toEqual([]);
  });

  test.each(["sticky", "cooperative-sticky"])("%s moves as many partitions", (assignor) => {
    const all = of(assignor);
    const difference = ({ members, java, ours }: Compared) => moved(members, ours) - moved(members, java);

    expect(all.filter((one) => difference(one) !== 0).map(report)).toEqual([]);
    expect(all.filter(({ members, ours }) => moved(members, ours) > 0).length).toBeGreaterThan(
      groupsOfEach / 4,
    );
  });

  test("cooperative-sticky holds back as many partitions until their owners let go of them", () => {
    const all = of("cooperative-sticky");
    const differing = all.filter(({ group, java, ours }) => heldBack(group, java) !== heldBack(group, ours));

    expect(differing.map(report)).toEqual([]);
    expect(all.filter(({ group, ours }) => heldBack(group, ours) > 0).length).toBeGreaterThan(
      groupsOfEach / 4,
    );
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

/** How many partitions the members have, least first. */
function loads(assignment: GroupAssignment): string {
  const counts = Array.from(assignment.values(), (partitions) => partitions.length);
  return counts.sort((a, b) => a - b).join(" ");
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
