import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { addOffsetsToTxn } from "#protocol/apis/addOffsetsToTxn.ts";
import { initProducerId } from "#protocol/apis/initProducerId.ts";
import { txnOffsetCommit } from "#protocol/apis/txnOffsetCommit.ts";
import { commitAs, joinAs, syncAs } from "../groupDialogue.ts";
import type { RawClient } from "../rawClient.ts";
import { SimulatedPlayground } from "../simulatedPlayground.ts";

/** The defect that the monitor is there for: a coordinator that does not look at who commits, and in which generation. */
const defect = vi.hoisted(() => ({ isSeeded: false }));

vi.mock("#playground/group/membership.ts", async (original) => {
  const whole = await original<typeof import("#playground/group/membership.ts")>();
  return {
    ...whole,
    commitError: (...asked: Parameters<typeof whole.commitError>) =>
      defect.isSeeded ? "NONE" : whole.commitError(...asked),
  };
});

let simulated: SimulatedPlayground;
let client: RawClient;
let memberId: string;
let generationId: number;

beforeEach(async () => {
  simulated = await SimulatedPlayground.start();
  simulated.playground.createTopic("orders", { partitions: 1 });
  client = await simulated.connect();
  const first = await simulated.run(joinAs(client));
  memberId = first.memberId;
  await simulated.run(syncAs(client, first, { [memberId]: [0] }));
  const second = await simulated.run(joinAs(client, { memberId }));
  generationId = second.generationId;
  await simulated.run(syncAs(client, second, { [memberId]: [0] }));
});

afterEach(() => {
  defect.isSeeded = false;
});

const broken = () => simulated.of("broker.invariant").filter(({ rule }) => rule === "currentGeneration");
const commit = (who: { readonly memberId: string; readonly generationId: number }) =>
  simulated.run(commitAs(client, 7n, who));

test.each<[string, () => { readonly memberId: string; readonly generationId: number }]>([
  ["of a generation that is over", () => ({ memberId, generationId: generationId - 1 })],
  ["of a generation that never was", () => ({ memberId, generationId: generationId + 5 })],
  ["of somebody who is no member", () => ({ memberId: "a-ghost", generationId })],
])("a coordinator that takes a commit %s breaks a rule, and the monitor says so", async (_of, who) => {
  defect.isSeeded = true;

  await commit(who());

  expect(broken()).toEqual([
    expect.objectContaining({
      groupId: "billing",
      topic: "orders",
      partition: 0,
      generationId: who().generationId,
      memberIds: [who().memberId],
      to: 7n,
      isBroken: true,
    }),
  ]);
});

test("a coordinator that takes a commit of a generation that is over in a transaction breaks a rule too", async () => {
  const transactionalId = "tx";
  const producer = await simulated.run(
    client.call(initProducerId, { transactionalId, transactionTimeoutMs: 30_000 }, { version: 4 }),
  );
  const { producerId, producerEpoch } = producer;
  const groupId = "billing";
  await simulated.run(
    client.call(addOffsetsToTxn, { transactionalId, producerId, producerEpoch, groupId }, { version: 3 }),
  );
  const partitions = [{ partitionIndex: 0, committedOffset: 7n, committedMetadata: null }];
  defect.isSeeded = true;

  await simulated.run(
    client.call(
      txnOffsetCommit,
      {
        transactionalId,
        groupId,
        producerId,
        producerEpoch,
        generationIdOrMemberEpoch: generationId - 1,
        memberId,
        topics: [{ name: "orders", partitions }],
      },
      { version: 3 },
    ),
  );

  expect(broken()).toMatchObject([
    { groupId, topic: "orders", partition: 0, generationId: generationId - 1, memberIds: [memberId], to: 7n },
  ]);
});

test("commits of the current generation break none, also where nobody checks", async () => {
  defect.isSeeded = true;

  await commit({ memberId, generationId });

  expect(broken()).toEqual([]);
});

test("a whole coordinator refuses what the defective one takes, and there is nothing to say", async () => {
  await commit({ memberId, generationId: generationId - 1 });

  expect(broken()).toEqual([]);
  expect(simulated.of("commit.state").at(-1)).toMatchObject({
    outcome: "failed",
    error: "ILLEGAL_GENERATION",
  });
});
