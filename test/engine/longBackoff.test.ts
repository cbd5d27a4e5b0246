import { expect, test } from "vitest";
import { EngineBench, ofType } from "./support/engineBench.ts";

test("a member that backs off for longer than its session timeout is a member in the end", async () => {
  const bench = new EngineBench();
  await bench.run(bench.playground.start());
  bench.playground.createTopic("orders", { partitions: 1 });
  // Every refusal costs the member its id, and makes its next pause longer: 5 s in the end.
  bench.playground.addFault({
    match: { api: "SyncGroup", groupId: "billing" },
    action: { kind: "error", code: "UNKNOWN_MEMBER_ID" },
    times: 12,
  });
  const { session, seen } = bench.session({ sessionTimeoutMs: 1_500, heartbeatIntervalMs: 300 });

  session.start();
  await bench.until("a stable member", () => session.membership()?.state === "stable", 120_000);

  const joins = ofType(seen, "group.memberPhase").filter(({ phase }) => phase === "joining");
  expect(joins.length).toBeLessThan(60);
  expect(session.assignment()).toEqual([{ topic: "orders", partition: 0 }]);
});
