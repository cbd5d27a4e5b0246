import { beforeEach, expect, test } from "vitest";
import { commitAs, joinAs, syncAs } from "../groupDialogue.ts";
import type { RawClient } from "../rawClient.ts";
import { SimulatedPlayground } from "../simulatedPlayground.ts";

let simulated: SimulatedPlayground;
let clients: readonly [RawClient, RawClient];

beforeEach(async () => {
  simulated = await SimulatedPlayground.start();
  simulated.playground.createTopic("orders", { partitions: 4 });
  clients = [await simulated.connect(), await simulated.connect()];
});

const broken = () =>
  simulated
    .of("broker.invariant")
    .map(({ rule, isBroken, partition, memberIds }) => ({ rule, isBroken, partition, memberIds }));

/** Two members of a classic group, the first of them leading, with what it gives to each. */
async function share(
  partitionsOf: readonly [readonly number[], readonly number[]],
  known: readonly string[] = [],
) {
  const joins = clients.map((client, index) => joinAs(client, { memberId: known[index] ?? "" }));
  const joined = await simulated.run(Promise.all(joins));
  const ids = joined.map(({ memberId }) => memberId);
  const leader = joined.findIndex((each) => each.leader === each.memberId);
  const assignments = Object.fromEntries(ids.map((id, index) => [id, partitionsOf[index] ?? []]));
  const syncs = clients.map((client, index) => {
    const { memberId, generationId } = joined[index] ?? { memberId: "", generationId: -1 };
    return syncAs(client, { memberId, generationId }, index === leader ? assignments : {});
  });
  await simulated.run(Promise.all(syncs));
  return { ids, generationId: joined[0]?.generationId ?? -1 };
}

test("a leader that gives one partition to two members breaks a rule, until the next generation does not", async () => {
  const { ids } = await share([
    [0, 1],
    [1, 2],
  ]);
  const first = broken();

  await share(
    [
      [0, 1],
      [2, 3],
    ],
    ids,
  );

  expect(first).toEqual([
    { rule: "oneOwner", isBroken: true, partition: 1, memberIds: expect.arrayContaining(ids.slice()) },
  ]);
  expect(broken().slice(1)).toMatchObject([{ rule: "oneOwner", isBroken: false, partition: 1 }]);
});

test("a member that commits backwards breaks a rule, until it has caught up", async () => {
  const { ids, generationId } = await share([[0], [1]]);
  const member = { memberId: ids[0] ?? "", generationId };
  const commit = (offset: bigint) => simulated.run(commitAs(clients[0], offset, member));
  for (const offset of [5n, 9n]) await commit(offset);

  await commit(7n);
  await commit(8n);
  await commit(9n);

  const told = simulated.of("broker.invariant").map(({ isBroken, from, to }) => [isBroken, from, to]);
  expect(told).toEqual([
    [true, 9n, 7n],
    [true, 9n, 8n],
    [false, 9n, 9n],
  ]);
});

test("an operator that sets offsets back while nobody is there breaks no rule", async () => {
  for (const offset of [9n, 2n]) await simulated.run(commitAs(clients[0], offset));

  expect(broken()).toEqual([]);
});
