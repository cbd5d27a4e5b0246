import { afterEach, expect, test } from "vitest";
import { DisposableStore } from "#base/lifecycle.ts";
import { usualBehaviour } from "#engine/consumerOptions.ts";
import { ConsumerSession } from "#engine/consumerSession.ts";
import { ClusterClient } from "#network/clusterClient.ts";
import { systemClock } from "#node/systemClock.ts";
import { systemRandom } from "#node/systemRandom.ts";
import { tcpServer } from "#node/tcpServer.ts";
import { tcpTransport } from "#node/tcpTransport.ts";
import { PlaygroundClock } from "#playground/clock/playgroundClock.ts";
import { quietTurns } from "#playground/clock/quietTurns.ts";
import { Playground } from "#playground/playground.ts";
import { memberScripts } from "#scenario/members/memberScript.ts";
import { ScriptedMember } from "#scenario/members/scriptedMember.ts";
import type { ObservationBody } from "#trace/observation.ts";
import { until } from "../../support/liveMember.ts";

const owned = new DisposableStore();

afterEach(() => owned.dispose());

test("minutes pass in a moment for a playground on real ports, and its members live through them", async () => {
  const clock = new PlaygroundClock(systemClock, {
    settle: () => quietTurns(systemClock, () => playground.requests),
  });
  const brokerSaw: ObservationBody[] = [];
  const playground: Playground = new Playground({
    clock,
    random: systemRandom,
    server: tcpServer,
    observe: (body) => brokerSaw.push(body),
    basePort: 0,
  });
  await playground.start();
  owned.add({ dispose: () => void playground.stop() });
  playground.createTopic("orders", { partitions: 2 });
  playground.startWorkload({ topic: "orders", pace: { kind: "steady", recordsPerSecond: 10 } });
  const { bootstrapServers } = playground;
  const cluster = new ClusterClient({
    bootstrapServers,
    clientId: "ours",
    transport: tcpTransport,
    clock,
    random: systemRandom,
  });
  owned.add({ dispose: () => cluster.close() });
  const session = new ConsumerSession(
    {
      ...usualBehaviour,
      sessionId: "member",
      name: "member",
      clientId: "ours",
      groupId: "billing",
      topics: ["orders"],
      assignors: ["range"],
      startPosition: { kind: "committed", else: "start" },
      resetPolicy: "start",
      isolation: "read_uncommitted",
      corruptBatchPolicy: "halt",
      maxBufferedRecords: 10_000,
      maxBufferedBytes: 16 << 20,
      sessionTimeoutMs: 6_000,
      rebalanceTimeoutMs: 10_000,
      heartbeatIntervalMs: 1_000,
      fetch: { maxWaitMs: 500, minBytes: 1, maxBytes: 8 << 20, maxPartitionBytes: 1 << 20 },
      scripted: true,
    },
    { cluster, clock, random: systemRandom, observe: () => {} },
  );
  session.start();
  const { pace, steps } = memberScripts.steady;
  const life = { session, swallowJoins: () => {}, crash: async () => {}, leave: async () => {} };
  const member = owned.add(
    new ScriptedMember({
      pace,
      steps,
      clock,
      random: systemRandom,
      open: async () => life,
      onFailure: () => {},
    }),
  );
  await member.start();
  await until(
    () => session.membership()?.state === "stable",
    () => "the member is not stable",
  );

  const isDone = await clock.step(120_000);

  expect(isDone).toBe(true);
  const produced = playground
    .topics()[0]
    ?.partitions.reduce((total, { highWatermark }) => total + highWatermark, 0n);
  expect(produced).toBeGreaterThan(1_150n);
  expect(brokerSaw.filter(({ type }) => type === "group.memberGone")).toEqual([]);
  expect(session.membership()).toMatchObject({ state: "stable" });
  clock.real();
});
