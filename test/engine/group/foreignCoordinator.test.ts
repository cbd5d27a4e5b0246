import { beforeEach, describe, expect, test } from "vitest";
import { seededRandom } from "#base/random.ts";
import { topicPartitionText } from "#base/topicPartition.ts";
import type { ConsumerOptions } from "#engine/consumerOptions.ts";
import { decodeAssignment, encodeSubscription } from "#engine/group/subscription.ts";
import { ClusterClient } from "#network/clusterClient.ts";
import type { ResponseInput } from "#protocol/api.ts";
import { findCoordinator } from "#protocol/apis/findCoordinator.ts";
import { heartbeat } from "#protocol/apis/heartbeat.ts";
import { joinGroup } from "#protocol/apis/joinGroup.ts";
import { metadata } from "#protocol/apis/metadata.ts";
import { syncGroup } from "#protocol/apis/syncGroup.ts";
import { FakeBroker } from "../../network/fakeBroker.ts";
import { MemoryNetwork } from "../../support/memoryNetwork.ts";
import { VirtualClock } from "../../support/virtualClock.ts";
import { type BenchSession, benchSession } from "../support/benchSession.ts";
import { ofType } from "../support/engineBench.ts";

const at = { host: "b1", port: 9092 };

describe("a coordinator that answers as it likes", () => {
  let clock: VirtualClock;
  let broker: FakeBroker;
  let start: (options?: Partial<ConsumerOptions>) => BenchSession;

  beforeEach(async () => {
    clock = new VirtualClock({ seed: 1 });
    const network = new MemoryNetwork({ clock, seed: 1 });
    broker = new FakeBroker();
    broker.on(metadata, ({ answer }) => answer(twoRacks()));
    broker.on(findCoordinator, ({ body, answer }) => {
      const node = { nodeId: 1, ...at };
      const coordinators = body.coordinatorKeys.map((key) => ({
        key,
        ...node,
        errorCode: 0,
        errorMessage: null,
      }));
      answer({ errorCode: 0, errorMessage: null, ...node, coordinators });
    });
    broker.on(heartbeat, ({ answer }) => answer({ errorCode: 0 }));
    broker.on(joinGroup, ({ answer }) => answer(lead()));
    broker.on(syncGroup, ({ answer }) => answer({ errorCode: 0, assignment: new Uint8Array() }));
    await clock.runUntil(broker.listen(network, at), { limitMs: 1_000 });
    start = (options = {}) => {
      const random = seededRandom(1);
      const bootstrapServers = [`${at.host}:${at.port}`];
      const cluster = new ClusterClient({
        bootstrapServers,
        clientId: "a",
        transport: network,
        clock,
        random,
      });
      const member = benchSession(options, { name: "A", cluster, clock, random });
      member.session.start();
      return member;
    };
  });

  test("the leader gives members what has a replica in their rack (KIP-881)", async () => {
    start();
    await clock.advance(1_000);

    const [synced] = broker.requests(syncGroup);
    const assigned = synced?.body.assignments.map(({ memberId, assignment }) => {
      const decoded = decodeAssignment(assignment);
      return [memberId, decoded.ok ? decoded.value.map(topicPartitionText).join(" ") : "unreadable"];
    });

    expect(Object.fromEntries(assigned ?? [])).toEqual({
      me: "orders-1 orders-3",
      other: "orders-0 orders-2",
    });
  });

  test("a member whose subscription cannot be read gets nothing, and its leader says so", async () => {
    const answer = lead();
    broker.on(joinGroup, ({ answer: reply }) =>
      reply({
        ...answer,
        members: answer.members.map((member) =>
          member.memberId === "me" ? member : { ...member, metadata: Uint8Array.of(0, 3, 0x7f) },
        ),
      }),
    );

    const { session, seen } = start();
    await clock.advance(1_000);

    const reason = expect.stringMatching(/assigned nothing to other, whose subscription cannot be read: ./);
    expect(session.membership()).toMatchObject({ state: "stable", reason });
    expect(ofType(seen, "session.state").at(-1)).toMatchObject({ membership: "stable", reason });
  });

  test("a static member does not join a coordinator that would take it for a dynamic one", async () => {
    broker.offered = [
      { apiKey: metadata.key, minVersion: 0, maxVersion: 7 },
      { apiKey: findCoordinator.key, minVersion: 0, maxVersion: 2 },
      { apiKey: joinGroup.key, minVersion: 0, maxVersion: 4 },
    ];

    const { session } = start({ groupInstanceId: "i1" });
    await clock.advance(5_000);

    expect(session.membership()).toMatchObject({ state: "fatal", code: "UNSUPPORTED_VERSION" });
    expect(broker.requests(joinGroup)).toHaveLength(0);
  });

  test("a broker of Kafka 2.1 is joined in the versions it has", async () => {
    broker.offered = [metadata, findCoordinator, joinGroup, syncGroup, heartbeat].map(({ key }) => ({
      apiKey: key,
      minVersion: 0,
      maxVersion: key === metadata.key ? 7 : 2,
    }));

    const { session } = start();
    await clock.advance(2_500);

    expect(session.membership()).toMatchObject({ state: "stable", generation: { generationId: 1 } });
    expect(broker.requests(joinGroup).map(({ version }) => version)).toEqual([2]);
    expect(broker.requests(heartbeat).length).toBeGreaterThan(0);
  });
});

/** Two brokers in two racks; the even partitions are in the east, the odd ones in the west. */
function twoRacks(): ResponseInput<typeof metadata> {
  return {
    brokers: [
      { nodeId: 1, ...at, rack: "east" },
      { nodeId: 2, host: "b2", port: 9092, rack: "west" },
    ],
    clusterId: "fake",
    controllerId: 1,
    topics: [
      {
        errorCode: 0,
        name: "orders",
        topicId: "ttttttttttttttttttttQA",
        isInternal: false,
        partitions: [0, 1, 2, 3].map((partitionIndex) => {
          const replicas = [1 + (partitionIndex % 2)];
          return { errorCode: 0, partitionIndex, leaderId: 1, replicaNodes: replicas, isrNodes: replicas };
        }),
      },
    ],
  };
}

/** We lead a group of two: `me` in the west, `other` in the east. */
function lead(): ResponseInput<typeof joinGroup> {
  const member = (memberId: string, rackId: string) => ({
    memberId,
    metadata: encodeSubscription({
      topics: ["orders"],
      userData: null,
      owned: [],
      generationId: undefined,
      rackId,
    }),
  });
  return {
    errorCode: 0,
    generationId: 1,
    protocolName: "range",
    leader: "me",
    memberId: "me",
    members: [member("me", "west"), member("other", "east")],
  };
}
