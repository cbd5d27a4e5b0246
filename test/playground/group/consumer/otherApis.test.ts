import { beforeEach, describe, expect, test } from "vitest";
import { consumerGroupDescribe } from "#protocol/apis/consumerGroupDescribe.ts";
import { deleteGroups } from "#protocol/apis/deleteGroups.ts";
import { describeGroups } from "#protocol/apis/describeGroups.ts";
import { heartbeat } from "#protocol/apis/heartbeat.ts";
import { leaveGroup } from "#protocol/apis/leaveGroup.ts";
import { listGroups } from "#protocol/apis/listGroups.ts";
import { offsetCommit } from "#protocol/apis/offsetCommit.ts";
import { offsetDelete } from "#protocol/apis/offsetDelete.ts";
import { offsetFetch } from "#protocol/apis/offsetFetch.ts";
import { syncGroup } from "#protocol/apis/syncGroup.ts";
import { errorName } from "#protocol/errorCodes.ts";
import { joinAs } from "../../groupDialogue.ts";
import { ConsumerRig } from "./consumerRig.ts";

let rig: ConsumerRig;
const groupId = "billing";

beforeEach(async () => {
  rig = await ConsumerRig.start();
});

interface Committer {
  readonly memberId?: string;
  readonly epoch?: number;
  readonly partition?: number;
  readonly version?: number;
}

async function commit({ memberId = "a", epoch = 2, partition = 0, version = 9 }: Committer): Promise<string> {
  const partitions = [{ partitionIndex: partition, committedOffset: 5n, committedMetadata: null }];
  const request = {
    groupId,
    memberId,
    generationIdOrMemberEpoch: epoch,
    topics: [{ name: "orders", partitions }],
  };
  const response = await rig.simulated.run(rig.client.call(offsetCommit, request, { version }));
  return errorName(response.topics[0]?.partitions[0]?.errorCode ?? -1);
}

async function fetchOffsets(asker: { readonly memberId: string | null; readonly memberEpoch: number }) {
  const groups = [{ groupId, ...asker, topics: [{ name: "orders", partitionIndexes: [0] }] }];
  const response = await rig.simulated.run(rig.client.call(offsetFetch, { groups }, { version: 9 }));
  const [group] = response.groups;
  return {
    error: errorName(group?.errorCode ?? -1),
    offset: group?.topics[0]?.partitions[0]?.committedOffset,
  };
}

describe("committing in a consumer group", () => {
  /** Member a is in epoch 3 with partitions 0 and 1, which it has since epoch 2; b has 2 and 3 since epoch 3. */
  beforeEach(async () => {
    await rig.join("a");
    await rig.join("b");
    await rig.heartbeat("a", { epoch: 2, owned: {} });
    await rig.heartbeat("b", { epoch: 3 });
  });

  test.each<[what: string, committer: Committer, error: string]>([
    ["with the current epoch", { epoch: 3 }, "NONE"],
    ["with the epoch before, what it has since then", { epoch: 2 }, "NONE"],
    ["with the epoch before, what it has no more", { epoch: 2, partition: 3 }, "STALE_MEMBER_EPOCH"],
    [
      "with an epoch from before it had the partition",
      { memberId: "b", epoch: 2, partition: 2 },
      "STALE_MEMBER_EPOCH",
    ],
    ["with an epoch that is not yet", { epoch: 4 }, "STALE_MEMBER_EPOCH"],
    ["as nobody, while there are members", { memberId: "", epoch: -1 }, "UNKNOWN_MEMBER_ID"],
    ["as a member nobody knows", { memberId: "x", epoch: 3 }, "UNKNOWN_MEMBER_ID"],
    ["in a version that does not know epochs", { epoch: 3, version: 8 }, "UNSUPPORTED_VERSION"],
  ])("%s", async (_what, committer, error) => {
    expect(await commit(committer)).toBe(error);
  });

  test("a tool may when the group is empty, and what was committed is still there", async () => {
    await commit({ epoch: 3 });
    for (const memberId of ["a", "b"]) await rig.heartbeat(memberId, { epoch: -1 });

    const byTool = await commit({ memberId: "", epoch: -1, partition: 1 });

    expect(byTool).toBe("NONE");
    expect(await fetchOffsets({ memberId: null, memberEpoch: -1 })).toEqual({ error: "NONE", offset: 5n });
  });

  test.each<[asker: { memberId: string | null; memberEpoch: number }, error: string]>([
    [{ memberId: null, memberEpoch: -1 }, "NONE"],
    [{ memberId: "a", memberEpoch: 3 }, "NONE"],
    [{ memberId: "a", memberEpoch: 2 }, "STALE_MEMBER_EPOCH"],
    [{ memberId: "a", memberEpoch: 4 }, "STALE_MEMBER_EPOCH"],
    [{ memberId: "x", memberEpoch: 3 }, "UNKNOWN_MEMBER_ID"],
  ])("offsets asked for by %o: %s", async (asker, error) => {
    expect((await fetchOffsets(asker)).error).toBe(error);
  });
});

test("ConsumerGroupDescribe tells epochs, what members have and what they are to have", async () => {
  const a = await rig.join("a", { assignor: "uniform" });
  await rig.join("b");
  await rig.heartbeat("a", { epoch: a.epoch });

  const request = { groupIds: [groupId, "other"], includeAuthorizedOperations: true };
  const { groups } = await rig.simulated.run(rig.client.call(consumerGroupDescribe, request));

  const partitions = (numbers: readonly number[]) => ({
    topicPartitions: [{ topicName: "orders", partitions: numbers }],
  });
  expect(groups[0]).toMatchObject({
    errorCode: 0,
    groupState: "Reconciling",
    groupEpoch: 3,
    assignmentEpoch: 3,
    assignorName: "uniform",
    members: [
      {
        memberId: "a",
        memberEpoch: 2,
        memberType: 1,
        clientId: "client-a",
        assignment: partitions([0, 1, 2, 3]),
        targetAssignment: partitions([0, 1]),
      },
      {
        memberId: "b",
        memberEpoch: 3,
        assignment: { topicPartitions: [] },
        targetAssignment: partitions([2, 3]),
      },
    ],
  });
  expect(groups[1]).toMatchObject({ errorMessage: "Group other not found." });
  expect(errorName(groups[1]?.errorCode ?? 0)).toBe("GROUP_ID_NOT_FOUND");
});

test("each describing API knows groups of its own kind only", async () => {
  await rig.join("a");
  const client = await rig.simulated.connect();
  await rig.simulated.run(joinAs(client, { groupId: "classic" }));

  const old = await rig.simulated.run(rig.client.call(describeGroups, { groups: [groupId] }, { version: 5 }));
  const newer = await rig.simulated.run(
    rig.client.call(describeGroups, { groups: [groupId] }, { version: 6 }),
  );
  const request = { groupIds: ["classic"], includeAuthorizedOperations: false };
  const other = await rig.simulated.run(rig.client.call(consumerGroupDescribe, request));

  expect(old.groups).toMatchObject([{ errorCode: 0, groupState: "Dead", members: [] }]);
  expect(newer.groups).toMatchObject([
    { errorMessage: "Group billing is not a classic group.", groupState: "Dead" },
  ]);
  expect(other.groups).toMatchObject([{ errorMessage: "Group classic is not a consumer group." }]);
});

test("ListGroups tells the kind, and filters by it and by the states of either", async () => {
  await rig.join("a");
  const client = await rig.simulated.connect();
  await rig.simulated.run(joinAs(client, { groupId: "classic" }));
  const list = async (typesFilter: readonly string[], statesFilter: readonly string[] = []) => {
    const { groups } = await rig.simulated.run(rig.client.call(listGroups, { typesFilter, statesFilter }));
    return groups.map((each) => `${each.groupId} ${each.groupType} ${each.protocolType} ${each.groupState}`);
  };

  const lists = [await list([]), await list(["Consumer"]), await list([], ["stable"])];

  const consumer = "billing consumer consumer Stable";
  expect(lists).toEqual([[consumer, "classic classic consumer CompletingRebalance"], [consumer], [consumer]]);
});

test("a consumer group is deleted when nobody is in it", async () => {
  const remove = async () => {
    const { results } = await rig.simulated.run(rig.client.call(deleteGroups, { groupsNames: [groupId] }));
    return errorName(results[0]?.errorCode ?? -1);
  };
  await rig.join("a");

  const early = await remove();
  await rig.heartbeat("a", { epoch: -1 });

  expect([early, await remove(), await remove()]).toEqual(["NON_EMPTY_GROUP", "NONE", "GROUP_ID_NOT_FOUND"]);
});

test("offsets of subscribed topics are not deleted, those of others are", async () => {
  rig.createTopic("clicks", 1);
  await rig.join("a", { regex: "ord.*" });
  await rig.pass(1);
  const topics = ["orders", "clicks"].map((name) => ({ name, partitions: [{ partitionIndex: 0 }] }));

  const response = await rig.simulated.run(rig.client.call(offsetDelete, { groupId, topics }));

  const errors = response.topics.map(({ partitions }) => errorName(partitions[0]?.errorCode ?? -1));
  expect(errors).toEqual(["GROUP_SUBSCRIBED_TO_TOPIC", "NONE"]);
});

test("a member of the new protocol is not one for Heartbeat and SyncGroup", async () => {
  await rig.join("a");
  const identity = { groupId, memberId: "a", generationId: 2 };

  const beat = await rig.simulated.run(rig.client.call(heartbeat, identity));
  const sync = { ...identity, assignments: [], protocolType: "consumer", protocolName: "range" };
  const synced = await rig.simulated.run(rig.client.call(syncGroup, sync));

  expect([beat, synced].map(({ errorCode }) => errorName(errorCode))).toEqual([
    "UNKNOWN_MEMBER_ID",
    "UNKNOWN_MEMBER_ID",
  ]);
});

test("an operator removes members of a consumer group with LeaveGroup", async () => {
  await rig.join("a", { instanceId: "one" });
  await rig.join("b");
  const members = [
    { memberId: "", groupInstanceId: "one", reason: "maintenance" },
    { memberId: "x", groupInstanceId: null, reason: null },
    { memberId: "b", groupInstanceId: null, reason: null },
  ];

  const response = await rig.simulated.run(rig.client.call(leaveGroup, { groupId, members }));

  expect(response.members.map(({ errorCode }) => errorName(errorCode))).toEqual([
    "NONE",
    "UNKNOWN_MEMBER_ID",
    "NONE",
  ]);
  expect(rig.gone.map(({ memberId, how }) => [memberId, how])).toEqual([
    ["a", "left"],
    ["b", "left"],
  ]);
  expect(rig.described.state).toBe("Empty");
});
