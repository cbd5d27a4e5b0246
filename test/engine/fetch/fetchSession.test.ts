import { describe, expect, test } from "vitest";
import { FetchSession, type PartitionAsk } from "#engine/fetch/fetchSession.ts";

function ask(partition: number, fetchOffset: bigint, topicId = "id-a"): PartitionAsk {
  return { topic: "orders", partition, topicId, fetchOffset, leaderEpoch: 1, maxBytes: 1_024 };
}

describe("FetchSession (KIP-227)", () => {
  test("begins with everything, and then asks only for what changed", () => {
    const session = new FetchSession(true);
    const first = session.plan([ask(0, 0n), ask(1, 0n)]);
    session.answered(77);

    const second = session.plan([ask(0, 5n), ask(1, 0n)]);
    session.answered(77);
    const third = session.plan([ask(0, 5n), ask(1, 0n)]);

    expect(first).toMatchObject({ sessionId: 0, epoch: 0, asks: [{ partition: 0 }, { partition: 1 }] });
    expect(second).toMatchObject({ sessionId: 77, epoch: 1, asks: [{ partition: 0, fetchOffset: 5n }] });
    expect(third).toMatchObject({ sessionId: 77, epoch: 2, asks: [], forgotten: [] });
  });

  test("what is no longer wanted is forgotten, and asked for in full when it comes back", () => {
    const session = new FetchSession(true);
    session.plan([ask(0, 0n), ask(1, 0n)]);
    session.answered(77);

    const without = session.plan([ask(0, 0n)]);
    session.answered(77);
    const back = session.plan([ask(0, 0n), ask(1, 0n)]);

    expect(without).toMatchObject({ asks: [], forgotten: [{ partition: 1, topicId: "id-a" }] });
    expect(back).toMatchObject({ asks: [{ partition: 1 }], forgotten: [] });
  });

  test("a topic that was created anew is forgotten under its old id and asked for under the new one", () => {
    const session = new FetchSession(true);
    session.plan([ask(0, 9n, "id-a")]);
    session.answered(77);

    const plan = session.plan([ask(0, 0n, "id-b")]);

    expect(plan).toMatchObject({ asks: [{ topicId: "id-b" }], forgotten: [{ topicId: "id-a" }] });
  });

  test("after a failure, or a broker that has no session to give, everything is asked for again", () => {
    const session = new FetchSession(true);
    session.plan([ask(0, 0n)]);
    session.answered(77);
    session.reset();
    const afterFailure = session.plan([ask(0, 0n)]);
    session.answered(0);

    const withoutSession = session.plan([ask(0, 0n)]);

    expect(afterFailure).toMatchObject({ sessionId: 0, epoch: 0, asks: [{ partition: 0 }] });
    expect(withoutSession).toMatchObject({ sessionId: 0, epoch: 0, asks: [{ partition: 0 }] });
  });
});
