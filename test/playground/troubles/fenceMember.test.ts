import { beforeEach, describe, expect, test } from "vitest";
import { consumerGroupHeartbeat } from "#protocol/apis/consumerGroupHeartbeat.ts";
import { heartbeat } from "#protocol/apis/heartbeat.ts";
import { joinGroup } from "#protocol/apis/joinGroup.ts";
import { consumerProtocolSubscription } from "#protocol/data/consumerProtocolSubscription.ts";
import { encodeData } from "#protocol/data/dataSchema.ts";
import { errorName } from "#protocol/errorCodes.ts";
import { commitAs, syncAs } from "../groupDialogue.ts";
import type { RawClient } from "../rawClient.ts";
import { SimulatedPlayground } from "../simulatedPlayground.ts";

const groupId = "billing";
const groupInstanceId = "worker-1";
let simulated: SimulatedPlayground;
let client: RawClient;

beforeEach(async () => {
  simulated = await SimulatedPlayground.start();
  simulated.playground.createTopic("orders", { partitions: 2 });
  client = await simulated.connect();
});

const fence = (memberId: string) =>
  simulated.run(simulated.playground.trouble("fenceMember", { groupId, memberId }));

const described = () => simulated.of("group.described").at(-1);

describe("a static member of a classic group that is fenced", () => {
  async function staticMember() {
    const metadata = encodeData(consumerProtocolSubscription, 1, { topics: ["orders"], ownedPartitions: [] });
    const joined = await simulated.run(
      client.call(
        joinGroup,
        {
          groupId,
          groupInstanceId,
          sessionTimeoutMs: 10_000,
          rebalanceTimeoutMs: 5_000,
          memberId: "",
          protocolType: "consumer",
          protocols: [{ name: "range", metadata }],
        },
        { version: 5, clientId: "app" },
      ),
    );
    await simulated.run(syncAs(client, joined, { [joined.memberId]: [0, 1] }));
    return joined;
  }

  const beat = async ({ memberId, generationId }: { memberId: string; generationId: number }) => {
    const body = { groupId, memberId, generationId, groupInstanceId };
    return errorName((await simulated.run(client.call(heartbeat, body, { version: 3 }))).errorCode);
  };

  test("is told so for good, and another one has its place and its partitions", async () => {
    const member = await staticMember();

    await fence(member.memberId);

    expect([await beat(member), await beat(member)]).toEqual(["FENCED_INSTANCE_ID", "FENCED_INSTANCE_ID"]);
    expect(described()).toMatchObject({
      state: "Stable",
      generationId: member.generationId,
      members: [{ groupInstanceId, assigned: [{ partition: 0 }, { partition: 1 }] }],
    });
    expect(described()?.members[0]?.memberId).toMatch(/^worker-1-[0-9a-f-]{36}$/);
    expect(described()?.members[0]?.memberId).not.toBe(member.memberId);
    expect(simulated.of("group.memberGone")).toMatchObject([{ memberId: member.memberId, how: "fenced" }]);
  });

  test("commits nothing any more", async () => {
    const member = await staticMember();

    await fence(member.memberId);

    const answer = await simulated.run(commitAs(client, 7n, member));
    expect(errorName(answer.topics[0]?.partitions[0]?.errorCode ?? -1)).toBe("UNKNOWN_MEMBER_ID");
  });

  test("is not followed for ever: the newcomer says nothing, and goes with its session", async () => {
    const member = await staticMember();

    await fence(member.memberId);

    await simulated.clock.advance(10_001);
    expect(described()).toMatchObject({ state: "Empty", members: [] });
  });
});

describe("a member of a consumer group (KIP-848) that is fenced", () => {
  const beat = (memberId: string, memberEpoch: number, rest: object = {}) =>
    simulated.run(
      client.call(consumerGroupHeartbeat, { groupId, memberId, memberEpoch, topicPartitions: null, ...rest }),
    );
  const join = (memberId: string) =>
    beat(memberId, 0, { rebalanceTimeoutMs: 5_000, topicPartitions: [], subscribedTopicNames: ["orders"] });

  test("has an old epoch, is waited for, and joins anew with what it had", async () => {
    const { memberEpoch } = await join("m-1");

    await fence("m-1");

    const whileFenced = described();
    const refused = await beat("m-1", memberEpoch);
    const again = await join("m-1");
    expect(errorName(refused.errorCode)).toBe("FENCED_MEMBER_EPOCH");
    expect(whileFenced).toMatchObject({ state: "Reconciling", groupEpoch: memberEpoch + 1 });
    expect(errorName(again.errorCode)).toBe("NONE");
    expect(again.memberEpoch).toBe(memberEpoch + 1);
    expect(again.assignment?.topicPartitions[0]?.partitions).toEqual([0, 1]);
    expect(described()).toMatchObject({ state: "Stable" });
  });

  test("leaves the others what they have", async () => {
    const first = await join("m-1");
    await simulated.clock.advance(2_000);
    await join("m-2");
    await simulated.clock.advance(2_000);
    const shared = await beat("m-1", first.memberEpoch);
    await beat("m-1", shared.memberEpoch, {
      topicPartitions: shared.assignment?.topicPartitions ?? [],
    });

    await fence("m-1");

    expect(described()?.members.map(({ memberId }) => memberId)).toEqual(["m-1", "m-2"]);
    expect(simulated.of("broker.trouble")).toMatchObject([{ kind: "fenceMember", memberId: "m-1" }]);
  });
});
