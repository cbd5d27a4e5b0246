import { expect, test } from "vitest";
import { ConsumerRig, type Said } from "./consumerRig.ts";

test.each<[what: string, memberId: string, said: Said, error: string, message: RegExp | undefined]>([
  ["no member id since version 1", "", {}, "INVALID_REQUEST", /MemberId can't be empty/],
  [
    "no rebalance timeout",
    "a",
    { rebalanceTimeoutMs: -1 },
    "INVALID_REQUEST",
    /RebalanceTimeoutMs must be provided/,
  ],
  [
    "partitions owned while joining",
    "a",
    { owned: { orders: [0] } },
    "INVALID_REQUEST",
    /TopicPartitions must be empty/,
  ],
  ["owned partitions left out", "a", { owned: null }, "INVALID_REQUEST", /TopicPartitions must be empty/],
  ["neither topics nor regex", "a", { topics: null }, "INVALID_REQUEST", /Either SubscribedTopicNames/],
  ["an empty instance id", "a", { instanceId: " " }, "INVALID_REQUEST", /InstanceId can't be empty/],
  ["epoch -3", "a", { epoch: -3 }, "INVALID_REQUEST", /MemberEpoch is invalid/],
  ["a static leave without an instance", "a", { epoch: -2 }, "INVALID_REQUEST", /InstanceId can't be null/],
  [
    "an assignor the broker does not have",
    "a",
    { assignor: "sticky" },
    "UNSUPPORTED_ASSIGNOR",
    /Supported assignors: uniform, range/,
  ],
  [
    "a regex that does not compile",
    "a",
    { regex: "ord(ers" },
    "INVALID_REGULAR_EXPRESSION",
    /`ord\(ers` is not a valid/,
  ],
  ["a regex that looks back", "a", { regex: "(?<=a)b" }, "INVALID_REGULAR_EXPRESSION", undefined],
  [
    "an epoch in a group that does not exist",
    "a",
    { epoch: 3 },
    "GROUP_ID_NOT_FOUND",
    /Consumer group billing not found/,
  ],
  ["leaving a group that does not exist", "a", { epoch: -1 }, "GROUP_ID_NOT_FOUND", undefined],
])(
  "a heartbeat with %s is refused and leaves no group behind",
  async (_what, memberId, said, error, message) => {
    const rig = await ConsumerRig.start();

    const answer = await rig.join(memberId, said);

    expect(answer).toMatchObject({ error, epoch: 0, assignment: undefined });
    if (message) expect(answer.message).toMatch(message);
    expect(rig.simulated.of("group.described")).toEqual([]);
  },
);

test("before version 1 the coordinator gives a new member its id", async () => {
  const rig = await ConsumerRig.start();

  const answer = await rig.join("", { version: 0 });

  expect(answer).toMatchObject({ error: "NONE", assignment: { orders: [0, 1, 2, 3] } });
  expect(answer.memberId).toMatch(/^[0-9a-f-]{36}$/);
});

test("a full group takes nobody more, but those in it go on", async () => {
  const rig = await ConsumerRig.start({ orders: 2 }, { consumerGroups: { maxMembers: 1 } });
  const a = await rig.join("a");

  const b = await rig.join("b");
  const stays = await rig.heartbeat("a", { epoch: a.epoch });

  expect(b).toMatchObject({
    error: "GROUP_MAX_SIZE_REACHED",
    message: expect.stringMatching(/maximum capacity of 1/),
  });
  expect(stays.error).toBe("NONE");
});

test("a member nobody knows is told so, whatever its epoch", async () => {
  const rig = await ConsumerRig.start();
  await rig.join("a");

  const answers = [await rig.heartbeat("x", { epoch: 3 }), await rig.heartbeat("x", { epoch: -1 })];

  expect(answers.map(({ error }) => error)).toEqual(["UNKNOWN_MEMBER_ID", "UNKNOWN_MEMBER_ID"]);
});

test("most members decide on the assignor", async () => {
  const rig = await ConsumerRig.start({ orders: 3, clicks: 3 });
  const both = { topics: ["orders", "clicks"], assignor: "range" };
  const a = await rig.join("a", both);

  await rig.join("b", both);
  const told = await rig.heartbeat("a", { epoch: a.epoch, owned: {} });

  expect(rig.described.assignor).toBe("range");
  expect(told.assignment).toEqual({ orders: [0, 1], clicks: [0, 1] });
});
