import { beforeEach, expect, test } from "vitest";
import type { PlaygroundSettingsInput } from "#playground/settings.ts";
import { heartbeat } from "#protocol/apis/heartbeat.ts";
import { joinGroup } from "#protocol/apis/joinGroup.ts";
import { leaveGroup } from "#protocol/apis/leaveGroup.ts";
import { consumerProtocolAssignment } from "#protocol/data/consumerProtocolAssignment.ts";
import { decodeData } from "#protocol/data/dataSchema.ts";
import { errorName } from "#protocol/errorCodes.ts";
import { commitAs, joinAs, type MemberOptions, syncAs } from "../../groupDialogue.ts";
import type { RawClient } from "../../rawClient.ts";
import { ConsumerRig } from "./consumerRig.ts";

type Migration = NonNullable<PlaygroundSettingsInput["consumerGroups"]>["migrationPolicy"];

let rig: ConsumerRig;

/** A member of the classic protocol on a connection of its own, as a parked request holds up its connection. */
class Classic {
  memberId = "";
  generationId = -1;
  assigned: readonly number[] = [];
  readonly #client: RawClient;

  private constructor(client: RawClient) {
    this.#client = client;
  }

  static async start(): Promise<Classic> {
    return new Classic(await rig.simulated.connect());
  }

  async join(owned: readonly number[] = [], options: MemberOptions = {}): Promise<string> {
    const joined = await rig.simulated.run(
      joinAs(this.#client, { memberId: this.memberId, owned, ...options }),
    );
    this.memberId = joined.memberId;
    this.generationId = joined.generationId;
    return errorName(joined.errorCode);
  }

  async sync(partitionsOf: Readonly<Record<string, readonly number[]>> = {}): Promise<string> {
    const synced = await rig.simulated.run(syncAs(this.#client, this, partitionsOf));
    if (synced.errorCode === 0) {
      const decoded = decodeData(consumerProtocolAssignment, synced.assignment);
      if (!decoded.ok) throw decoded.error;
      this.assigned = decoded.value.body.assignedPartitions.flatMap(({ partitions }) => partitions);
    }
    return errorName(synced.errorCode);
  }

  async heartbeat(): Promise<string> {
    const { memberId, generationId } = this;
    const request = { groupId: "billing", memberId, generationId };
    return errorName((await rig.simulated.run(this.#client.call(heartbeat, request))).errorCode);
  }

  async leave(): Promise<void> {
    const members = [{ memberId: this.memberId, groupInstanceId: null, reason: null }];
    await rig.simulated.run(this.#client.call(leaveGroup, { groupId: "billing", members }));
  }

  async commit(offset: bigint, partition = 0): Promise<string> {
    const response = await rig.simulated.run(commitAs(this.#client, offset, { ...this, partition }));
    return errorName(response.topics[0]?.partitions[0]?.errorCode ?? -1);
  }

  /** Joins and syncs as the only member of a classic group. */
  async lead(partitions: readonly number[]): Promise<void> {
    await this.join();
    await this.sync({ [this.memberId]: partitions });
  }
}

async function start(migrationPolicy: Migration = "bidirectional"): Promise<Classic> {
  rig = await ConsumerRig.start({ orders: 4 }, { consumerGroups: { migrationPolicy } });
  return Classic.start();
}

let classic: Classic;

beforeEach(async () => {
  classic = await start();
});

test("a classic group becomes a consumer group when a member of the new protocol joins it", async () => {
  await classic.lead([0, 1, 2, 3]);

  const b = await rig.join("b");

  expect(b).toMatchObject({ error: "NONE", epoch: 2, assignment: {} });
  expect(rig.described).toMatchObject({
    groupType: "consumer",
    state: "Reconciling",
    groupEpoch: 2,
    members: [
      { memberId: classic.memberId, memberEpoch: 1, phase: "awaitingHeartbeat", assignors: ["range"] },
      { memberId: "b", memberEpoch: 2, phase: "awaitingRelease" },
    ],
  });
});

test("the classic member goes on with JoinGroup and SyncGroup, gives up what it must, and the new one gets it", async () => {
  await classic.lead([0, 1, 2, 3]);
  const b = await rig.join("b");

  const sent = await classic.heartbeat();
  await classic.join([0, 1, 2, 3]);
  const revoking = {
    generationId: classic.generationId,
    synced: await classic.sync(),
    kept: classic.assigned,
  };
  const again = await classic.heartbeat();
  await classic.join([0, 1]);
  const done = { generationId: classic.generationId, synced: await classic.sync(), kept: classic.assigned };
  const quiet = await classic.heartbeat();
  const heir = await rig.heartbeat("b", { epoch: b.epoch });

  expect(sent).toBe("REBALANCE_IN_PROGRESS");
  expect(revoking).toEqual({ generationId: 1, synced: "NONE", kept: [0, 1] });
  expect(again).toBe("REBALANCE_IN_PROGRESS");
  expect(done).toEqual({ generationId: 2, synced: "NONE", kept: [0, 1] });
  expect(quiet).toBe("NONE");
  expect(heir.assignment).toEqual({ orders: [2, 3] });
  expect(rig.described.state).toBe("Stable");
});

test("the group is a classic one again when the last member of the new protocol has left", async () => {
  await classic.lead([0, 1, 2, 3]);
  await rig.join("b");

  await rig.heartbeat("b", { epoch: -1 });
  const described = rig.described;
  const sent = await classic.heartbeat();
  await classic.join();
  const synced = await classic.sync({ [classic.memberId]: [0, 1, 2, 3] });

  expect(described).toMatchObject({ groupType: "classic", state: "PreparingRebalance", generationId: 2 });
  expect(sent).toBe("ILLEGAL_GENERATION");
  expect(synced).toBe("NONE");
  expect(rig.described).toMatchObject({ groupType: "classic", state: "Stable" });
});

test("a member of the classic protocol may join a consumer group and takes its share", async () => {
  const a = await rig.join("a");

  const joined = await classic.join();
  const told = await rig.heartbeat("a", { epoch: a.epoch, owned: { orders: [0, 1] } });
  await classic.sync();
  const early = classic.assigned;
  const sent = await classic.heartbeat();
  await classic.join();
  await classic.sync();

  expect([joined, classic.generationId]).toEqual(["NONE", 3]);
  expect(told.assignment).toEqual({ orders: [0, 1] });
  expect(early).toEqual([]);
  expect(sent).toBe("REBALANCE_IN_PROGRESS");
  expect(classic.assigned).toEqual([2, 3]);
});

test("committed offsets stay when the group becomes the other kind", async () => {
  await classic.lead([0, 1, 2, 3]);
  await classic.commit(7n);
  await rig.join("b");
  await rig.heartbeat("b", { epoch: -1 });
  await classic.leave();
  await rig.join("c");

  const offsets = rig.simulated.of("group.offsets").at(-1);

  expect(offsets?.offsets).toMatchObject([{ topic: "orders", partition: 0, committedOffset: 7n }]);
  expect(rig.described.groupType).toBe("consumer");
  expect(rig.simulated.of("group.deleted")).toEqual([]);
});

test("classic members commit with their generation, and what they had before with the one before", async () => {
  await classic.lead([0, 1, 2, 3]);
  const former = classic.generationId;
  await rig.join("b");
  await classic.join();
  await classic.sync();
  const current = await classic.commit(1n);
  classic.generationId = former;

  const kept = await classic.commit(2n, 0);
  const lost = await classic.commit(3n, 3);

  expect([current, kept, lost]).toEqual(["NONE", "NONE", "ILLEGAL_GENERATION"]);
});

test("a classic member that does not join again in time is out", async () => {
  await classic.lead([0, 1, 2, 3]);
  const b = await rig.join("b");
  await classic.heartbeat();

  await rig.pass(5_100);
  const heir = await rig.heartbeat("b", { epoch: b.epoch });

  const reason = expect.stringMatching(/did not join again/);
  expect(rig.gone).toMatchObject([{ memberId: classic.memberId, how: "evicted", reason }]);
  expect(heir.assignment).toEqual({ orders: [0, 1, 2, 3] });
});

test("a classic member that joined but never asks for its assignment is out", async () => {
  await rig.join("a");
  await classic.join();

  await rig.pass(5_100);

  expect(rig.gone).toMatchObject([
    { memberId: classic.memberId, reason: "it sent no SyncGroup within the rebalance timeout" },
  ]);
});

test("JoinGroup requests that wait are sent round when the group becomes a consumer group", async () => {
  const waiting = classic.join();
  await rig.pass(10);

  const b = await rig.join("b");

  expect(await waiting).toBe("REBALANCE_IN_PROGRESS");
  expect(b.error).toBe("NONE");
});

test.each<[policy: Migration, classicFirst: string, consumerFirst: string]>([
  ["disabled", "GROUP_ID_NOT_FOUND", "INCONSISTENT_GROUP_PROTOCOL"],
  ["upgrade", "NONE", "NONE"],
  ["downgrade", "GROUP_ID_NOT_FOUND", "NONE"],
])(
  "with migration policy %s, a consumer in a classic group gets %s, a classic member in a consumer group %s",
  async (policy, upgraded, joined) => {
    const member = await start(policy);
    await member.lead([0, 1, 2, 3]);
    const consumer = await rig.join("b");
    classic = await start(policy);
    await rig.join("a");

    const other = await classic.join();

    expect([consumer.error, other]).toEqual([upgraded, joined]);
  },
);

test("without downgrade a group whose last member of the new protocol left stays a consumer group", async () => {
  const member = await start("upgrade");
  await member.lead([0, 1, 2, 3]);
  await rig.join("b");

  await rig.heartbeat("b", { epoch: -1 });

  expect(rig.described).toMatchObject({ groupType: "consumer", members: [{ memberId: member.memberId }] });
});

test("an empty consumer group is a classic one as soon as a classic member joins, and the other way round", async () => {
  await rig.join("a");
  await rig.heartbeat("a", { epoch: -1 });

  await classic.lead([0]);
  const first = rig.described.groupType;
  await classic.leave();
  await rig.join("b");

  expect([first, rig.described.groupType]).toEqual(["classic", "consumer"]);
});

test("a group of something else than consumers is not for the new protocol", async () => {
  rig = await ConsumerRig.start();
  const client = await rig.simulated.connect();
  const protocols = [{ name: "v1", metadata: new Uint8Array([1, 2, 3]) }];
  const request = {
    groupId: "billing",
    sessionTimeoutMs: 10_000,
    rebalanceTimeoutMs: 5_000,
    memberId: "",
    protocolType: "connect",
    protocols,
  };
  await rig.simulated.run(client.call(joinGroup, request, { version: 3 }));

  const answer = await rig.join("a");

  expect(answer).toMatchObject({
    error: "GROUP_ID_NOT_FOUND",
    message: expect.stringMatching(/embedded protocol/),
  });
});
