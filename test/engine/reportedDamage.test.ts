import { beforeEach, describe, expect, test } from "vitest";
import type { CorruptBatchPolicy } from "#engine/consumerOptions.ts";
import { EngineError } from "#engine/engineError.ts";
import { goodBatch } from "../protocol/records/support/batches.ts";
import { ofType } from "./support/engineBench.ts";
import { FakeLeaders } from "./support/fakeLeaders.ts";

const p0 = { topic: "orders", partition: 0 };
const corruptMessage = 2;
const retrying = (times: number, then: "halt" | "skip" = "halt"): CorruptBatchPolicy => ({
  kind: "retry",
  times,
  backoffMs: 1_000,
  otherwise: then,
});

function recordsFrom(offset: bigint): Uint8Array {
  if (offset < 2n) return goodBatch(0n, 2);
  if (offset < 5n) return new Uint8Array(Buffer.concat([goodBatch(2n, 3), goodBatch(5n, 1)]));
  return offset < 6n ? goodBatch(5n, 1) : new Uint8Array();
}

/** Two good records, three at offset 2 that some brokers find damaged in their own logs, one good record. */
describe("a log that a broker itself finds damaged (CORRUPT_MESSAGE)", () => {
  let bench: FakeLeaders;
  let damagedOn: Set<number>;
  /** The replica that the leader names to readers of rack b. */
  let preferred: number | undefined;

  beforeEach(async () => {
    bench = new FakeLeaders([1, 2, 3], [1]);
    await bench.start();
    damagedOn = new Set([1]);
    preferred = undefined;
    bench.logs = [[{ from: 0n, to: 6n, bytes: new Uint8Array() }]];
    bench.script = ({ fetchOffset }, { nodeId, rack }) => {
      if (nodeId === 1 && rack === "b" && preferred !== undefined) {
        return { preferredReadReplica: preferred, records: new Uint8Array() };
      }
      const isDamaged = fetchOffset >= 2n && fetchOffset < 5n && damagedOn.has(nodeId);
      return isDamaged ? { errorCode: corruptMessage, records: null } : { records: recordsFrom(fetchOffset) };
    };
  });

  const run = async (corruptBatchPolicy: CorruptBatchPolicy, rack?: string) => {
    const { session, seen, poll } = bench.session({ corruptBatchPolicy, rack });
    session.start();
    const read = async () => {
      const delivered: number[] = [];
      for (let round = 0; round < 8; round++) {
        delivered.push(...(await poll(100, 1_000)).map(({ offset }) => Number(offset)));
      }
      return delivered;
    };
    const delivered = await read();
    return { session, seen, read, delivered, rejected: () => ofType(seen, "fetch.batchRejected") };
  };

  test("is asked of another replica at once under the policy retry", async () => {
    const { seen, delivered, rejected, session } = await run(retrying(4));

    expect(delivered).toEqual([0, 1, 2, 3, 4, 5]);
    expect(rejected()).toMatchObject([
      { action: "retrying", cause: "reported", attempt: 1, attempts: 4, readFrom: 1, baseOffset: 2n },
    ]);
    expect(ofType(seen, "fetch.batchResolved")).toMatchObject([{ baseOffset: 2n, how: "readable" }]);
    expect(bench.asked(p0, 2)).toEqual([2n]);
    expect(session.partitions()[0]?.progress).toEqual({ state: "fetching" });
  });

  test("is no more when the leader says next that its log ends there", async () => {
    bench.logs = [[{ from: 0n, to: 2n, bytes: new Uint8Array() }]];
    bench.script = ({ fetchOffset }) => {
      const isAtEnd = fetchOffset >= 2n;
      const isFirst = isAtEnd && bench.asked(p0).filter((offset) => offset === 2n).length === 1;
      if (isFirst) return { errorCode: corruptMessage, records: null };
      return { records: isAtEnd ? new Uint8Array() : recordsFrom(fetchOffset) };
    };

    const { seen, delivered, rejected } = await run(retrying(2));

    expect(delivered).toEqual([0, 1]);
    expect(rejected()).toHaveLength(1);
    expect(ofType(seen, "fetch.batchResolved")).toMatchObject([{ baseOffset: 2n, how: "readable" }]);
  });

  test("is asked of every replica before it halts", async () => {
    damagedOn = new Set([1, 2, 3]);

    const { delivered, rejected } = await run(retrying(4));

    expect(delivered).toEqual([0, 1]);
    expect(rejected().map(({ action }) => action)).toEqual([...Array(4).fill("retrying"), "halted"]);
    expect(new Set(rejected().map(({ readFrom }) => readFrom))).toEqual(new Set([1, 2, 3]));
  });

  test("on a replica near by is asked of the leader next", async () => {
    damagedOn = new Set([2]);
    preferred = 2;

    const { delivered, rejected } = await run(retrying(2), "b");

    expect(delivered).toEqual([0, 1, 2, 3, 4, 5]);
    expect(rejected()).toMatchObject([{ action: "retrying", readFrom: 2 }]);
  });

  test.each([["halt"], ["skip"]] as const)(
    "halts under the policy %s, is not asked for again, and nothing says where it ends",
    async (policy) => {
      const { session, delivered, rejected } = await run(policy);

      expect(delivered).toEqual([0, 1]);
      expect(bench.asked(p0)).toEqual([0n, 2n]);
      expect(rejected()).toMatchObject([
        { action: "halted", cause: "reported", boundsTrusted: false, nextSafeOffset: undefined },
      ]);
      expect(rejected()[0]?.boundsReason).toBe(
        "the broker gives no bytes with it, so nothing says where the damage ends",
      );
      const progress = session.partitions()[0]?.progress;
      const notSkipped = "it is not skipped, as nothing credible says where it ends: ";
      expect(progress?.state === "errored" && progress.error.message).toBe(
        `the batch at offset 2 cannot be read: its leader, node 1, found its own log damaged there (CORRUPT_MESSAGE); ${policy === "skip" ? notSkipped : ""}seek to an offset behind it`,
      );
      expect(() => session.skipBatch(p0)).toThrow(EngineError);
    },
  );

  test("is read after a seek behind it, or when asking again finds it repaired", async () => {
    const sought = await run("halt");
    await bench.run(sought.session.seek(p0, { kind: "offset", offset: 5n }));
    const behind = await sought.read();

    const again = await run("halt");
    damagedOn.clear();
    again.session.retryBatch(p0);
    const repaired = await again.read();

    expect(behind).toEqual([5]);
    expect(repaired).toEqual([2, 3, 4, 5]);
    expect(ofType(again.seen, "fetch.batchResolved")).toMatchObject([{ how: "readable" }]);
  });
});
