import { beforeEach, describe, expect, test } from "vitest";
import { type BenchSession, EngineBench, ofType } from "./support/engineBench.ts";

const key = { topic: "orders", partition: 0 };

/** Two good records, and a damaged batch of three, of which the user asked to try again while the answer is out. */
describe("a corrupt batch that is being asked for again", () => {
  let bench: EngineBench;
  let member: BenchSession;
  const resolved = () => ofType(member.seen, "fetch.batchResolved").map(({ how }) => how);

  beforeEach(async () => {
    bench = new EngineBench();
    await bench.run(bench.playground.start());
    bench.playground.createTopic("orders", { partitions: 1 });
    await bench.produce(key, 2);
    bench.playground.corruptNextBatch(key, "crc");
    await bench.run(bench.produceBatch(key, 3, 2));
    member = bench.session();
    member.session.start();
    await member.poll(2, 20_000);
    await bench.until("halted", () => ofType(member.seen, "fetch.batchRejected").length === 1);
    member.session.pause(key);
    member.session.retryBatch(key);
  });

  test("is resolved by a seek", async () => {
    await bench.run(member.session.seek(key, { kind: "start" }));

    expect(resolved()).toEqual(["seeked"]);
  });

  test("is resolved by skipping to the end", async () => {
    await bench.run(member.session.skip(key, { kind: "end" }, { how: "move" }));

    expect(resolved()).toEqual(["seeked"]);
  });

  test("is resolved when the session ends", async () => {
    await bench.run(member.session.close({ deadlineMs: 1_000, leaveGroup: true, reason: "done" }));

    expect(resolved()).toEqual(["closed"]);
  });
});
