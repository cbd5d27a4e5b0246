import { beforeEach, describe, expect, test } from "vitest";
import type { CorruptBatchPolicy } from "#engine/consumerOptions.ts";
import { changed, goodBatch } from "../protocol/records/support/batches.ts";
import { ofType } from "./support/engineBench.ts";
import { FakeLeaders } from "./support/fakeLeaders.ts";

const p0 = { topic: "orders", partition: 0 };
const bad = changed(goodBatch(2n, 3), (view) => view.setUint8(80, view.getUint8(80) ^ 1));
const good = goodBatch(2n, 3);

/** Two good records, a batch of three that is damaged on some brokers, one good record. */
describe("a damaged batch under the policy retry", () => {
  let bench: FakeLeaders;
  /** Brokers whose log is damaged. */
  let damagedOn: Set<number>;
  const policy = (then: "halt" | "skip", times = 4): CorruptBatchPolicy => ({
    kind: "retry",
    times,
    backoffMs: 1_000,
    otherwise: then,
  });

  beforeEach(async () => {
    bench = new FakeLeaders([1, 2, 3], [1]);
    await bench.start();
    damagedOn = new Set([1]);
    const [first, last] = [goodBatch(0n, 2), goodBatch(5n, 1)];
    bench.logs = [[{ from: 0n, to: 6n, bytes: new Uint8Array() }]];
    bench.script = ({ fetchOffset }, { nodeId }) => {
      const parts = [fetchOffset < 2n ? first : undefined, damagedOn.has(nodeId) ? bad : good, last];
      const records = fetchOffset < 5n ? parts : fetchOffset < 6n ? [last] : [];
      return { records: new Uint8Array(Buffer.concat(records.filter((part) => part !== undefined))) };
    };
  });

  const run = async (corruptBatchPolicy: CorruptBatchPolicy) => {
    const { session, seen, poll } = bench.session({ corruptBatchPolicy });
    session.start();
    const delivered: number[] = [];
    for (let round = 0; round < 12; round++) {
      delivered.push(...(await poll(100, 1_000)).map(({ offset }) => Number(offset)));
    }
    return { session, seen, delivered, rejected: ofType(seen, "fetch.batchRejected") };
  };

  test("asks the leader again, then another replica, and delivers what that one has", async () => {
    const { session, seen, delivered, rejected } = await run(policy("halt"));

    expect(delivered).toEqual([0, 1, 2, 3, 4, 5]);
    expect(rejected).toMatchObject([
      { action: "retrying", attempt: 1, attempts: 4, readFrom: 1 },
      { action: "retrying", attempt: 2, readFrom: 1 },
      { action: "retrying", attempt: 3, readFrom: 1 },
    ]);
    expect(ofType(seen, "fetch.batchResolved")).toMatchObject([{ baseOffset: 2n, how: "readable" }]);
    expect(ofType(seen, "fetch.gap")).toEqual([]);
    expect(bench.asked(p0, 2)).toEqual([2n]);
    expect(session.partitions()[0]?.progress).toEqual({ state: "fetching" });
  });

  test("waits between attempts, and says what it does meanwhile", async () => {
    damagedOn = new Set([1, 2, 3]);

    const { seen, rejected } = await run(policy("halt"));

    const times = rejected.map(({ at }) => at);
    for (let index = 1; index < times.length; index++) {
      expect((times[index] ?? 0) - (times[index - 1] ?? 0)).toBeGreaterThanOrEqual(1_000);
    }
    const said = ofType(seen, "position.state").flatMap(({ error }) => error?.message ?? []);
    expect(said.some((message) => message.endsWith("it is asked for again, 2 of 4"))).toBe(true);
  });

  test.each([
    ["halt", "halted", [0, 1], "errored"],
    ["skip", "skipped", [0, 1, 5], "fetching"],
  ] as const)("then %s, when every replica has the same", async (then, action, expected, state) => {
    damagedOn = new Set([1, 2, 3]);

    const { session, seen, delivered, rejected } = await run(policy(then));

    expect(delivered).toEqual(expected);
    expect(rejected.map((each) => each.action)).toEqual([
      "retrying",
      "retrying",
      "retrying",
      "retrying",
      action,
    ]);
    expect(bench.asked(p0, 2)).toEqual([2n]);
    expect(bench.asked(p0, 3)).toEqual([2n]);
    expect(ofType(seen, "fetch.gap")).toHaveLength(then === "skip" ? 1 : 0);
    expect(session.partitions()[0]?.progress.state).toBe(state);
  });

  test("a replica that refuses leaves the attempts to the leader", async () => {
    const usual = bench.script;
    bench.script = (ask, context) =>
      context.nodeId === 1 ? usual(ask, context) : { errorCode: 6, records: null };

    const { rejected } = await run(policy("halt"));

    expect(rejected.map(({ action }) => action)).toEqual([
      "retrying",
      "retrying",
      "retrying",
      "retrying",
      "halted",
    ]);
  });

  test("can be skipped by hand in the middle of it", async () => {
    damagedOn = new Set([1, 2, 3]);
    const { session, seen, poll } = bench.session({ corruptBatchPolicy: policy("halt", 10) });
    session.start();
    await poll(2, 5_000);
    await poll(2, 2_500);

    session.skipBatch(p0);
    const records = await poll(10, 5_000);

    expect(records.map(({ offset }) => offset)).toEqual([5n]);
    expect(ofType(seen, "fetch.batchResolved")).toMatchObject([{ how: "skipped" }]);
  });
});
