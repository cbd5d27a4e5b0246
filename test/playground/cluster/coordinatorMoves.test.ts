import { beforeEach, describe, expect, test } from "vitest";
import type { PlaygroundSettingsInput } from "#playground/settings.ts";
import { consumerGroupHeartbeat } from "#protocol/apis/consumerGroupHeartbeat.ts";
import { findCoordinator } from "#protocol/apis/findCoordinator.ts";
import { heartbeat } from "#protocol/apis/heartbeat.ts";
import { listGroups } from "#protocol/apis/listGroups.ts";
import { errorName } from "#protocol/errorCodes.ts";
import { commitAs, joinAs, syncAs } from "../groupDialogue.ts";
import type { RawClient } from "../rawClient.ts";
import { SimulatedPlayground } from "../simulatedPlayground.ts";

let simulated: SimulatedPlayground;

beforeEach(async () => {
  await start({ coordinatorLoadMs: 0 });
});

async function start(settings: PlaygroundSettingsInput): Promise<void> {
  simulated = await SimulatedPlayground.start({ nodes: 2, settings });
  simulated.playground.createTopic("orders", { partitions: 2 });
}

/** A connection to the node that coordinates `billing` now. */
async function toCoordinator(): Promise<RawClient> {
  const any = await simulated.connect(simulated.playground.nodes.find((n) => isUp(n.nodeId))?.nodeId);
  const answer = await simulated.run(any.call(findCoordinator, { coordinatorKeys: ["billing"] }));
  return simulated.connect(answer.coordinators[0]?.nodeId);
}

const isUp = (nodeId: number) => simulated.playground.isNodeUp(nodeId);

/** A stable group of one member, at the coordinator of now. */
async function stableMember() {
  const client = await toCoordinator();
  const joined = await simulated.run(joinAs(client));
  await simulated.run(syncAs(client, joined, { [joined.memberId]: [0, 1] }));
  return { client, ...joined };
}

async function beat(
  client: RawClient,
  { memberId, generationId }: { readonly memberId: string; readonly generationId: number },
) {
  const answer = await simulated.run(client.call(heartbeat, { groupId: "billing", memberId, generationId }));
  return errorName(answer.errorCode);
}

describe("a stable group whose coordinator moves", () => {
  test("goes on at the new one in its generation", async () => {
    const member = await stableMember();

    simulated.playground.moveCoordinator("billing");

    expect(await beat(member.client, member)).toBe("NOT_COORDINATOR");
    expect(await beat(await toCoordinator(), member)).toBe("NONE");
  });

  test("gives its members a whole session more", async () => {
    const member = await stableMember();
    await simulated.clock.advance(9_000);

    simulated.playground.moveCoordinator("billing");

    await simulated.clock.advance(9_000);
    expect(await beat(await toCoordinator(), member)).toBe("NONE");
    await simulated.clock.advance(10_001);
    expect(await beat(await toCoordinator(), member)).toBe("UNKNOWN_MEMBER_ID");
  });

  test("keeps what it committed when its node dies", async () => {
    const member = await stableMember();
    await simulated.run(commitAs(member.client, 7n, member));
    const [node] = simulated.playground.nodes.filter(({ nodeId }) => nodeId === nodeOf(member.client));

    simulated.playground.stopNode(node?.nodeId ?? 0);

    const client = await toCoordinator();
    expect(await beat(client, member)).toBe("NONE");
    const answer = await simulated.run(commitAs(client, 8n, member));
    expect(answer.topics[0]?.partitions[0]?.errorCode).toBe(0);
  });
});

/** The node a client is connected to, by what ended last when its node stops: the port it asked. */
function nodeOf(client: RawClient): number {
  return Number(client.remote.split(":").at(-1)) - 9091;
}

describe("a rebalance whose coordinator moves", () => {
  test("is forgotten: who waits is sent on, and who joined in it must join again", async () => {
    const first = await stableMember();
    const second = await simulated.connect(nodeOf(first.client));
    const joining = joinAs(second);
    await simulated.clock.advance(200);

    simulated.playground.moveCoordinator("billing");

    const turnedAway = await simulated.run(joining, 1_000);
    expect(errorName(turnedAway.errorCode)).toBe("NOT_COORDINATOR");
    expect(await beat(await toCoordinator(), first)).toBe("NONE");
    expect(simulated.of("group.described").at(-1)).toMatchObject({
      state: "Stable",
      generationId: first.generationId,
      members: [{ memberId: first.memberId }],
    });
    expect(simulated.of("group.memberGone").at(-1)?.reason).toMatch(/coordinator moved/);
  });

  test("sends on who waits for its assignment", async () => {
    const client = await toCoordinator();
    const first = joinAs(client);
    const other = await simulated.connect(nodeOf(client));
    const second = joinAs(other);
    const [leader, follower] = await Promise.all([simulated.run(first), simulated.run(second)]);
    const waiting =
      leader.memberId === leader.leader ? { at: other, of: follower } : { at: client, of: leader };
    const synced = syncAs(waiting.at, waiting.of);
    await simulated.clock.advance(100);

    simulated.playground.moveCoordinator("billing");

    expect(errorName((await simulated.run(synced, 1_000)).errorCode)).toBe("NOT_COORDINATOR");
    expect(simulated.of("group.described").at(-1)).toMatchObject({ state: "Empty", members: [] });
  });
});

describe("a coordinator that starts again", () => {
  const restart = (ms: number) =>
    simulated.playground.trouble("restartCoordinator", { groupId: "billing", ms });

  test("loads for a while, then goes on; heartbeats are let be, as Kafka's are", async () => {
    const member = await stableMember();
    const commit = async () => errorOfCommit(await simulated.run(commitAs(member.client, 7n, member)));

    await restart(2_000);

    const early = [await commit(), await beat(member.client, member)];
    await simulated.clock.advance(2_000);
    expect(early).toEqual(["COORDINATOR_LOAD_IN_PROGRESS", "NONE"]);
    expect([await commit(), await beat(member.client, member)]).toEqual(["NONE", "NONE"]);
    expect(simulated.of("broker.trouble").at(-1)).toMatchObject({
      kind: "restartCoordinator",
      nodeId: nodeOf(member.client),
    });
  });

  test("evicts nobody when it loads for longer than their sessions", async () => {
    const member = await stableMember();

    await restart(30_000);

    await simulated.clock.advance(30_000 + 9_900);
    expect(simulated.of("group.memberGone")).toEqual([]);
    expect(await beat(member.client, member)).toBe("NONE");
  });

  test.each([
    ["starts once more", "restartCoordinator"],
    ["dies meanwhile", "stopNode"],
  ])("and %s is waited for no longer than that takes", async (_what, id) => {
    const member = await stableMember();
    await restart(30_000);

    const nodeId = nodeOf(member.client);
    await simulated.playground.trouble(id, { groupId: "billing", nodeId, ms: 0 });

    const client = await toCoordinator();
    expect(errorOfCommit(await simulated.run(commitAs(client, 7n, member)))).toBe("NONE");
  });

  test("cannot while no node is up", async () => {
    await stableMember();
    for (const { nodeId } of simulated.playground.nodes) simulated.playground.stopNode(nodeId);

    await expect(restart(0)).rejects.toThrow("No node coordinates billing. Start one first.");
  });
});

test("a consumer group (KIP-848) goes on in its epoch", async () => {
  const client = await toCoordinator();
  const said = { groupId: "billing", memberId: "m-1", rebalanceTimeoutMs: 5_000, topicPartitions: [] };
  const joined = await simulated.run(
    client.call(consumerGroupHeartbeat, { ...said, memberEpoch: 0, subscribedTopicNames: ["orders"] }),
  );

  simulated.playground.moveCoordinator("billing");

  const { memberEpoch } = joined;
  const again = { groupId: "billing", memberId: "m-1", memberEpoch, topicPartitions: null };
  const refused = await simulated.run(client.call(consumerGroupHeartbeat, again));
  const next = await toCoordinator();
  const heard = await simulated.run(next.call(consumerGroupHeartbeat, again));
  expect([refused, heard].map(({ errorCode }) => errorName(errorCode))).toEqual(["NOT_COORDINATOR", "NONE"]);
});

describe("a coordinator that takes over reads what was written first", () => {
  test.each([
    ["when it was moved there", () => simulated.playground.moveCoordinator("billing")],
    ["when the one before died", (nodeId: number) => simulated.playground.stopNode(nodeId)],
  ])("%s: commits and joins wait, heartbeats are let be, as Kafka's are", async (_what, takeOver) => {
    await start({ coordinatorLoadMs: 400 });
    const member = await stableMember();
    takeOver(nodeOf(member.client));
    const client = await toCoordinator();

    const early = await Promise.all([
      simulated.run(commitAs(client, 7n, member)).then(errorOfCommit),
      simulated.run(joinAs(await toCoordinator())).then(({ errorCode }) => errorName(errorCode)),
      beat(await toCoordinator(), member),
    ]);
    await simulated.clock.advance(400);

    expect(early).toEqual(["COORDINATOR_LOAD_IN_PROGRESS", "COORDINATOR_LOAD_IN_PROGRESS", "NONE"]);
    expect(errorOfCommit(await simulated.run(commitAs(client, 7n, member)))).toBe("NONE");
  });

  test("a session is not over before its coordinator has read it", async () => {
    const member = await stableMember();

    await simulated.playground.trouble("moveCoordinator", { groupId: "billing", ms: 30_000 });

    await simulated.clock.advance(30_001);
    expect(await beat(await toCoordinator(), member)).toBe("NONE");
  });

  test("groups that it has not read are not missing from its list", async () => {
    await start({ coordinatorLoadMs: 400 });
    await stableMember();
    simulated.playground.moveCoordinator("billing");
    const client = await toCoordinator();

    const early = await simulated.run(client.call(listGroups, {}));

    expect([errorName(early.errorCode), early.groups]).toEqual(["COORDINATOR_LOAD_IN_PROGRESS", []]);
  });
});

describe("while no node is up", () => {
  beforeEach(() => start({ coordinatorLoadMs: 400 }));

  const stopAll = () => {
    for (const { nodeId } of simulated.playground.nodes) simulated.playground.stopNode(nodeId);
  };

  test("no member is evicted, and each has a whole session once a coordinator has read its group", async () => {
    const member = await stableMember();
    stopAll();
    await simulated.clock.advance(60_000);

    await simulated.run(simulated.playground.startNode(2));

    await simulated.clock.advance(400 + 9_900);
    expect(simulated.of("group.memberGone")).toEqual([]);
    expect(await beat(await toCoordinator(), member)).toBe("NONE");
    await simulated.clock.advance(10_001);
    expect(await beat(await toCoordinator(), member)).toBe("UNKNOWN_MEMBER_ID");
  });

  test("no member of a consumer group is evicted", async () => {
    const client = await toCoordinator();
    const said = { groupId: "billing", memberId: "m-1" };
    const first = { memberEpoch: 0, rebalanceTimeoutMs: 5_000, subscribedTopicNames: ["orders"] };
    const { memberEpoch } = await simulated.run(
      client.call(consumerGroupHeartbeat, { ...said, ...first, topicPartitions: [] }),
    );
    stopAll();
    await simulated.clock.advance(120_000);

    await simulated.run(simulated.playground.startNode(2));

    await simulated.clock.advance(400);
    const next = await toCoordinator();
    const body = { ...said, memberEpoch, topicPartitions: null };
    const { errorCode } = await simulated.run(next.call(consumerGroupHeartbeat, body));
    expect([errorName(errorCode), simulated.of("group.memberGone")]).toEqual(["NONE", []]);
  });

  test("a rebalance that is forced comes to nothing, as nothing of it is written", async () => {
    const member = await stableMember();
    stopAll();
    await simulated.playground.trouble("forceRebalance", { groupId: "billing" });
    await simulated.clock.advance(60_000);

    await simulated.run(simulated.playground.startNode(2));

    await simulated.clock.advance(400);
    expect(await beat(await toCoordinator(), member)).toBe("NONE");
  });
});

function errorOfCommit(answer: Awaited<ReturnType<typeof commitAs>>): string {
  return errorName(answer.topics[0]?.partitions[0]?.errorCode ?? -1);
}
