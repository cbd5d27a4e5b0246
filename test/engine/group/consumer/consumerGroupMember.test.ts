import { describe, expect, test } from "vitest";
import { ConnectionError } from "#network/connectionError.ts";
import type { KnownErrorName } from "#protocol/errorCodes.ts";
import {
  assigning,
  type Beat,
  ConsumerMemberBench,
  type Reply,
  refusal,
} from "../../support/consumerMemberBench.ts";

const noAnswer = new ConnectionError("TIMEOUT", "no answer", { broker: "b:9092" });

/** Answers one heartbeat after the other with what is listed, the last one for ever. */
function script(...replies: readonly Reply[]): (beat: Beat) => Reply {
  let next = 0;
  return () => replies[Math.min(next++, replies.length - 1)];
}

function benchOf(...replies: readonly Reply[]): ConsumerMemberBench {
  const bench = new ConsumerMemberBench();
  bench.names.set("id-orders", "orders");
  bench.reply = script(...replies);
  return bench;
}

const told = (beat: Beat | undefined) => beat?.topicPartitions?.map(({ partitions }) => partitions) ?? null;

describe("what a member of a consumer group tells its coordinator", () => {
  test("everything with epoch 0 to join, what it took at once, and then only that it is there", async () => {
    const bench = benchOf(assigning(4, { "id-orders": [0, 1] }), undefined);

    await bench.runs(2_500);

    const [join, taken, ...alive] = bench.beats;
    expect(join).toMatchObject({
      memberEpoch: 0,
      topicPartitions: [],
      subscribedTopicNames: ["orders"],
      rebalanceTimeoutMs: 30_000,
    });
    expect(join?.memberId).toMatch(/^[0-9a-f-]{36}$/);
    expect(taken).toMatchObject({
      memberEpoch: 4,
      topicPartitions: [{ topicId: "id-orders", partitions: [0, 1] }],
    });
    expect(alive.length).toBe(2);
    expect(alive.map(told)).toEqual([null, null]);
    expect(alive.every((beat) => beat.subscribedTopicNames === undefined)).toBe(true);
  });

  test("everything again after a heartbeat without an answer, as its effect is not known", async () => {
    const bench = benchOf(assigning(4, { "id-orders": [0] }), undefined, noAnswer, undefined);

    await bench.runs(2_000);

    expect(bench.beats.map(told)).toEqual([[], [[0]], null, [[0]]]);
    expect(bench.member.membership.state).toBe("stable");
  });

  test.each([0, -1, 2_147_483_647])(
    "an interval of %i ms is nonsense: the last one holds",
    async (interval) => {
      const nonsense = { ...assigning(4, {}), heartbeatIntervalMs: interval };
      const bench = benchOf({ ...assigning(4, {}), heartbeatIntervalMs: 400 }, nonsense);

      await bench.runs(4_100);

      expect(bench.beats.length).toBe(11);
    },
  );

  test.each([
    [undefined, true, -1],
    [undefined, "unlessStatic", -1],
    ["one", true, -1],
    ["one", "unlessStatic", -2],
  ] as const)(
    "with the instance id %s, leaving: %s, epoch %i",
    async (groupInstanceId, leaveGroup, memberEpoch) => {
      const bench = new ConsumerMemberBench({ groupInstanceId });
      await bench.runs(100);

      await bench.leaves(leaveGroup);

      expect(bench.beats.at(-1)).toMatchObject({ memberEpoch, instanceId: groupInstanceId ?? null });
      expect(bench.member.membership.state).toBe("ended");
    },
  );

  test("nothing when it leaves a group that has never heard of it", async () => {
    const bench = new ConsumerMemberBench();

    await bench.leaves();

    expect(bench.beats).toEqual([]);
  });
});

describe("what a member of a consumer group takes and gives up", () => {
  test("what goes is given up while heartbeats go on, told at once, and only then is anything taken", async () => {
    const bench = benchOf(
      assigning(4, { "id-orders": [0, 1] }),
      undefined,
      assigning(4, { "id-orders": [1, 2] }),
      undefined,
    );
    bench.prepareMs = 2_500;

    await bench.runs(6_000);

    expect(bench.happened).toEqual([
      "assign in 4: orders-0 orders-1",
      "prepare: orders-0",
      "revoke: orders-0",
      "assign in 4: orders-2",
    ]);
    const beats = bench.beats.map(told);
    expect(beats.slice(0, 7)).toEqual([[], [[0, 1]], null, null, null, [[1]], [[1, 2]]]);
  });

  test("a new epoch that changes nothing begins all the same", async () => {
    const bench = benchOf(assigning(4, { "id-orders": [0] }), undefined, { memberEpoch: 5 });

    await bench.runs(2_500);

    expect(bench.happened).toEqual(["assign in 4: orders-0", "assign in 5:"]);
    expect(bench.member.syncedGeneration).toMatchObject({ generationId: 5, memberEpoch: 5 });
  });

  test("partitions of a topic that nobody knows yet are taken when metadata knows it (KAFKA-16198)", async () => {
    const bench = benchOf(assigning(4, { "id-late": [0], "id-orders": [0] }), undefined);
    await bench.runs(3_000);
    const before = [...bench.happened];

    bench.names.set("id-late", "late");
    await bench.runs(7_000);

    expect(before).toEqual(["assign in 4: orders-0"]);
    expect(bench.happened).toEqual(["assign in 4: orders-0", "assign in 4: late-0"]);
  });

  test.each<KnownErrorName>(["FENCED_MEMBER_EPOCH", "UNKNOWN_MEMBER_ID", "GROUP_ID_NOT_FOUND"])(
    "%s takes everything, and it joins again with epoch 0 and its own id",
    async (error) => {
      const bench = benchOf(
        assigning(4, { "id-orders": [0] }),
        undefined,
        refusal(error),
        assigning(6, { "id-orders": [0] }),
        undefined,
      );

      await bench.runs(2_500);

      expect(bench.happened).toEqual(["assign in 4: orders-0", "lose: orders-0", "assign in 6: orders-0"]);
      expect(bench.beats[3]).toMatchObject({ memberEpoch: 0, topicPartitions: [] });
      expect(new Set(bench.beats.map(({ memberId }) => memberId)).size).toBe(1);
      expect(bench.steps.some(({ reason }) => reason?.includes(error))).toBe(true);
    },
  );

  test("being fenced while it gives up ends the giving up: what is lost is not revoked as well", async () => {
    const bench = benchOf(
      assigning(4, { "id-orders": [0, 1] }),
      assigning(4, { "id-orders": [1] }),
      refusal("FENCED_MEMBER_EPOCH"),
      assigning(6, {}),
    );
    bench.prepareMs = 20_000;

    await bench.runs(30_000);

    expect(bench.happened).toEqual([
      "assign in 4: orders-0 orders-1",
      "prepare: orders-0",
      "lose: orders-0 orders-1",
      "assign in 6:",
    ]);
  });

  test("more partitions than anybody could follow end the session", async () => {
    const bench = benchOf(assigning(4, { "id-orders": Array.from({ length: 10_001 }, (_, n) => n) }));

    await bench.runs(100);

    expect(bench.member.membership).toMatchObject({ state: "fatal", code: "TOO_MANY_PARTITIONS" });
  });
});

describe("how a member of a consumer group meets refusals", () => {
  test.each<KnownErrorName>([
    "INVALID_REGULAR_EXPRESSION",
    "UNSUPPORTED_ASSIGNOR",
    "GROUP_MAX_SIZE_REACHED",
    "FENCED_INSTANCE_ID",
    "GROUP_AUTHORIZATION_FAILED",
    "INVALID_GROUP_ID",
  ])("%s ends it, with what the broker says", async (error) => {
    const bench = benchOf({ ...refusal(error), errorMessage: "so it is" });

    await bench.runs(1_000);

    expect(bench.beats).toHaveLength(1);
    expect(bench.member.membership).toMatchObject({ state: "fatal", code: error });
    expect(bench.member.membership.reason).toMatch(error);
    expect(bench.member.membership.reason).toMatch("the broker says: so it is");
  });

  test.each<[string, Reply]>([
    ["the group is of another type", refusal("GROUP_ID_NOT_FOUND")],
    ["the broker has switched them off", refusal("UNSUPPORTED_VERSION")],
    [
      "the broker does not know the request",
      new ConnectionError("UNSUPPORTED_VERSION", "too old", { broker: "b" }),
    ],
  ])("where %s only the classic protocol can help", async (_, reply) => {
    const bench = benchOf(reply);

    await bench.runs(100);

    expect(bench.refusal).toMatch(/another type|no consumer groups|too old/);
    expect(bench.beats).toHaveLength(1);
  });

  test("an instance id that is not released is waited for, then given up on", async () => {
    const bench = benchOf(refusal("UNRELEASED_INSTANCE_ID"));
    await bench.runs(50_000);
    const early = bench.member.membership;

    await bench.runs(20_000);

    expect(early.reason).toMatch("UNRELEASED_INSTANCE_ID");
    expect(early.state).not.toBe("fatal");
    expect(bench.member.membership).toMatchObject({ state: "fatal", code: "UNRELEASED_INSTANCE_ID" });
  });

  test("a coordinator that moved is looked for again, and the member goes on where it was", async () => {
    const bench = benchOf(
      assigning(4, { "id-orders": [0] }),
      undefined,
      refusal("NOT_COORDINATOR"),
      refusal("COORDINATOR_LOAD_IN_PROGRESS"),
      undefined,
    );

    await bench.runs(4_000);

    expect(bench.forgotten).toBe(1);
    expect(bench.happened).toEqual(["assign in 4: orders-0"]);
    expect(bench.member.membership.state).toBe("stable");
  });

  test("a stale epoch is asked for at once, and what it says holds from then on", async () => {
    const bench = benchOf(assigning(4, { "id-orders": [0] }), undefined, { memberEpoch: 5 });
    await bench.runs(100);

    const verdict = bench.member.report("STALE_MEMBER_EPOCH", 4);
    const doubted = bench.member.membership;
    await bench.runs(10);

    expect(verdict).toBe("rebalancing");
    expect(doubted).toMatchObject({ generation: { doubtedSince: expect.any(Number) } });
    expect(told(bench.beats[2])).toEqual([[0]]);
    expect(bench.member.membership).toMatchObject({
      generation: { memberEpoch: 5, doubtedSince: undefined },
    });
  });

  test("what an older epoch was answered with is no news", async () => {
    const bench = benchOf(assigning(4, { "id-orders": [0] }), undefined);
    await bench.runs(100);

    const verdict = bench.member.report("UNKNOWN_MEMBER_ID", 3);

    expect(verdict).toBe("rebalancing");
    expect(bench.happened).toEqual(["assign in 4: orders-0"]);
  });

  test.each<[string, Reply]>([
    ["knows nobody", refusal("UNKNOWN_MEMBER_ID")],
    ["fences everybody", refusal("FENCED_MEMBER_EPOCH")],
    ["is never ready", refusal("COORDINATOR_NOT_AVAILABLE")],
    ["makes up epochs", { memberEpoch: -7 }],
    ["does not answer", noAnswer],
    ["names an interval of a millisecond", { ...assigning(4, {}), heartbeatIntervalMs: 1 }],
  ])("a coordinator that %s is not flooded", async (_, reply) => {
    const bench = benchOf(reply);

    await bench.runs(60_000);

    expect(bench.beats.length).toBeLessThan(1_250);
    expect(bench.beats.length).toBeGreaterThan(10);
  });

  test("a coordinator that assigns and fences in turn is not flooded either", async () => {
    const bench = benchOf();
    bench.reply = ({ memberEpoch }) =>
      memberEpoch === 0 ? assigning(4, { "id-orders": [0] }) : refusal("FENCED_MEMBER_EPOCH");

    await bench.runs(60_000);

    expect(bench.beats.length).toBeLessThan(200);
  });
});

describe("a member that does not poll", () => {
  test("leaves the group, and joins it again when it polls", async () => {
    const bench = benchOf(assigning(4, { "id-orders": [0] }), undefined);
    await bench.runs(100);
    bench.member.stepOut("no poll for 5 s");
    await bench.runs(10_000);
    const away = bench.beats.length;
    bench.reply = script(assigning(7, { "id-orders": [0] }), undefined);

    bench.member.comeBack();
    await bench.runs(500);

    expect(bench.beats[away - 1]).toMatchObject({ memberEpoch: -1 });
    expect(bench.beats[away]).toMatchObject({ memberEpoch: 0 });
    expect(bench.happened).toEqual(["assign in 4: orders-0", "lose: orders-0", "assign in 7: orders-0"]);
  });

  test("while its join is under way leaves after that, and is nobody's member meanwhile", async () => {
    const bench = benchOf(assigning(4, { "id-orders": [0] }), undefined);
    bench.latencyMs = 100;
    await bench.runs(50);

    bench.member.stepOut("no poll for 5 s");
    await bench.runs(1_000);

    expect(bench.beats.map(({ memberEpoch }) => memberEpoch)).toEqual([0, -1]);
    expect(bench.happened).toEqual(["lose:"]);
    expect(bench.member.syncedGeneration).toBeUndefined();
    expect(bench.member.membership.state).toBe("unjoined");
  });
});
