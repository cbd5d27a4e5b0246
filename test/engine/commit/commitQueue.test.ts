import { describe, expect, test } from "vitest";
import { seededRandom } from "#base/random.ts";
import type { CommitOffset, CommitResult, CommittedPartition } from "#engine/commit/commitEntry.ts";
import type { CommitAuthority, CommitGate } from "#engine/commit/commitGate.ts";
import { CommitQueue } from "#engine/commit/commitQueue.ts";
import { ConnectionError } from "#network/connectionError.ts";
import type { CommitState } from "#trace/observations/commit.ts";
import { VirtualClock } from "../../support/virtualClock.ts";

const authority: CommitAuthority = { memberId: "m1", generationId: 4 };
const open: CommitGate = { open: true, authority };

function offset(partition: number, to = 10n): CommitOffset {
  return { topic: "orders", partition, offset: to, ownedIn: 4 };
}

interface Sent {
  readonly offsets: readonly CommitOffset[];
  readonly authority: CommitAuthority;
  readonly answer: (errors?: CommittedPartition["error"]) => void;
  readonly answerOnly: (answers: readonly CommittedPartition[]) => void;
  readonly fail: (error: Error) => void;
}

/** A queue whose coordinator answers when the test says so. */
function queueOnTestBench() {
  const clock = new VirtualClock();
  const sent: Sent[] = [];
  const observed: CommitState[] = [];
  const committed: CommitOffset[] = [];
  const moved: string[] = [];
  const bench = {
    clock,
    sent,
    observed,
    committed,
    moved,
    gate: open as CommitGate,
    stillOurs: (_offset: CommitOffset): boolean => true,
    overtaken: false,
  };
  const queue = new CommitQueue({
    clock,
    random: seededRandom(7),
    identity: () => ({ groupId: "billing", sessionId: "s1", clientId: "c1", memberId: "m1" }),
    observe: (observation) => observed.push(observation),
    gate: () => bench.gate,
    hopeless: ({ ownedIn }) => ownedIn === undefined,
    refusal: (candidate) => {
      if (!bench.stillOurs(candidate)) return "NOT_ASSIGNED";
      return bench.overtaken ? "OVERTAKEN" : undefined;
    },
    locate: () => Promise.resolve(),
    send: (offsets, as) => {
      const { promise, resolve, reject } = Promise.withResolvers<readonly CommittedPartition[]>();
      sent.push({
        offsets,
        authority: as,
        answerOnly: (answers) => resolve(answers),
        answer: (error) => resolve(offsets.map(({ topic, partition }) => ({ topic, partition, error }))),
        fail: reject,
      });
      return promise;
    },
    onCommitted: (one) => committed.push(one),
    onGroupError: (error) =>
      error === "UNKNOWN_MEMBER_ID"
        ? { kind: "fail", message: "no longer a member" }
        : { kind: "wait", block: { by: "joinInFlight", since: clock.now() } },
    onCoordinatorError: (error) => moved.push(error),
  });
  const commit = (request: {
    offsets?: readonly CommitOffset[];
    deadlineMs?: number;
    signal?: AbortSignal;
  }) => {
    const { commitId, result } = queue.submit({
      offsets: request.offsets ?? [offset(0)],
      trigger: "user",
      deadlineMs: request.deadlineMs ?? 500,
      ...(request.signal ? { signal: request.signal } : {}),
    });
    const box: { result?: CommitResult; at?: number } = {};
    void result.then((value) => {
      box.result = value;
      box.at = clock.now();
    });
    return { commitId, box };
  };
  return { ...bench, bench, queue, commit };
}

describe("CommitQueue", () => {
  test("a commit during a held SyncGroup returns at its deadline and says what it waited for", async () => {
    const { bench, clock, sent, commit } = queueOnTestBench();
    const startedAt = clock.now();
    bench.gate = { open: false, block: { by: "syncInFlight", since: startedAt } };

    const { box } = commit({ deadlineMs: 500 });
    await clock.advance(2_000);

    expect(box.at).toBe(startedAt + 500);
    expect(box.result?.outcome).toBe("deadlinePassed");
    expect(box.result?.message).toContain("SyncGroup is not answered yet");
    expect(sent).toHaveLength(0);
  });

  test("after a commit gave up in a rebalance the next one goes out with the new generation", async () => {
    const { bench, clock, sent, commit, queue, committed } = queueOnTestBench();
    bench.gate = { open: false, block: { by: "syncInFlight", since: clock.now() } };
    commit({ deadlineMs: 500 });
    await clock.advance(600);
    const second = commit({ deadlineMs: 500 });
    bench.gate = { open: true, authority: { memberId: "m1", generationId: 5 } };

    queue.poke();
    await clock.advance(10);
    sent[0]?.answer();
    await clock.advance(10);

    expect(second.box.result?.outcome).toBe("committed");
    expect(sent.map((request) => request.authority.generationId)).toEqual([5]);
    expect(committed).toHaveLength(1);
  });

  test("a waiter let go in flight leaves the request on the wire, and its answer is recorded", async () => {
    const { clock, sent, commit, observed } = queueOnTestBench();
    const first = commit({ deadlineMs: 100 });
    await clock.advance(200);
    const second = commit({ deadlineMs: 1_000 });
    await clock.advance(50);
    const sentBeforeAnswer = sent.length;

    sent[0]?.answer();
    await clock.advance(50);
    sent[1]?.answer();
    await clock.advance(50);

    expect(first.box.result?.outcome).toBe("deadlinePassed");
    expect(sentBeforeAnswer).toBe(1);
    expect(second.box.result?.outcome).toBe("committed");
    const ofFirst = observed.filter(({ commitId }) => commitId === first.commitId);
    expect(ofFirst.at(-1)?.lateAnswer).toEqual({ at: expect.any(Number), error: undefined });
    const ofSecond = observed.filter(({ commitId }) => commitId === second.commitId);
    expect(ofSecond.map(({ state }) => state)).toEqual(["queued", "blocked", "inFlight", "settled"]);
    expect(ofSecond[1]?.blocked).toMatchObject({ by: "earlierCommit", commitId: first.commitId });
  });

  test("a cancelled commit frees its place in the queue", async () => {
    const { bench, clock, sent, commit, queue } = queueOnTestBench();
    bench.gate = { open: false, block: { by: "joinInFlight", since: clock.now() } };
    const abort = new AbortController();
    const first = commit({ signal: abort.signal, deadlineMs: 60_000 });
    const second = commit({ deadlineMs: 60_000 });
    await clock.advance(10);

    abort.abort();
    bench.gate = open;
    queue.poke();
    await clock.advance(10);
    sent[0]?.answer();
    await clock.advance(10);

    expect(first.box.result?.outcome).toBe("cancelled");
    expect(second.box.result?.outcome).toBe("committed");
    expect(sent).toHaveLength(1);
  });

  test("only partitions that stayed ours are committed, and the others fail clearly", async () => {
    const { bench, clock, sent, commit } = queueOnTestBench();
    bench.stillOurs = ({ partition }) => partition === 0;

    const { box } = commit({ offsets: [offset(0), offset(1)] });
    await clock.advance(10);
    sent[0]?.answer();
    await clock.advance(10);

    expect(sent[0]?.offsets.map(({ partition }) => partition)).toEqual([0]);
    expect(box.result).toMatchObject({ outcome: "failed", error: "NOT_ASSIGNED" });
    expect(box.result?.offsets.map(({ error }) => error)).toEqual([undefined, "NOT_ASSIGNED"]);
  });

  test("a moved coordinator is looked for again, with pauses, until the deadline", async () => {
    const { clock, sent, commit, moved } = queueOnTestBench();

    const { box } = commit({ deadlineMs: 3_000 });
    for (let elapsed = 0; elapsed < 4_000; elapsed += 1) {
      sent.at(-1)?.answer("NOT_COORDINATOR");
      await clock.advance(1);
    }

    expect(box.result?.outcome).toBe("deadlinePassed");
    expect(sent.length).toBeGreaterThan(3);
    expect(sent.length).toBeLessThan(12);
    expect(moved).toHaveLength(sent.length);
  });

  test("a connection that ends is no answer: the commit is sent again", async () => {
    const { clock, sent, commit } = queueOnTestBench();

    const { box } = commit({ deadlineMs: 3_000 });
    await clock.advance(1);
    sent[0]?.fail(new Error("connection closed"));
    await clock.advance(200);
    sent[1]?.answer();
    await clock.advance(1);

    expect(box.result?.outcome).toBe("committed");
  });

  test("a request that timed out on the wire is not sent again: it may still be carried out, after a later commit", async () => {
    const { clock, sent, commit } = queueOnTestBench();

    const { box } = commit({ deadlineMs: 60_000 });
    await clock.advance(1);
    sent[0]?.fail(
      new ConnectionError("TIMEOUT", "OffsetCommit: no answer within 30000 ms", { broker: "b:1" }),
    );
    await clock.advance(5_000);

    expect(sent).toHaveLength(1);
    expect(box.result).toMatchObject({ outcome: "failed", error: "TIMEOUT" });
    expect(box.result?.message).toContain("whether it is committed is not known");
  });

  test("a request that never left may be sent again", async () => {
    const { clock, sent, commit } = queueOnTestBench();

    const { box } = commit({ deadlineMs: 60_000 });
    await clock.advance(1);
    sent[0]?.fail(new ConnectionError("TIMEOUT", "could not be sent", { broker: "b:1", unsent: true }));
    await clock.advance(200);
    sent[1]?.answer();
    await clock.advance(1);

    expect(box.result?.outcome).toBe("committed");
  });

  test("a partition that the answer leaves out is not committed", async () => {
    const { clock, sent, commit, committed } = queueOnTestBench();

    const { box } = commit({ offsets: [offset(0), offset(1)] });
    await clock.advance(1);
    sent[0]?.answerOnly([{ topic: "orders", partition: 0 }]);
    await clock.advance(1);

    expect(box.result).toMatchObject({ outcome: "failed", error: "NOT_ANSWERED" });
    expect(box.result?.message).toContain("leaves orders-1 out");
    expect(box.result?.offsets.map(({ error }) => error)).toEqual([undefined, "NOT_ANSWERED"]);
    expect(committed.map(({ partition }) => partition)).toEqual([0]);
  });

  test("what was overtaken is not sent, and says so", async () => {
    const { bench, clock, sent, commit } = queueOnTestBench();
    bench.overtaken = true;

    const { box } = commit({});
    await clock.advance(1);

    expect(sent).toHaveLength(0);
    expect(box.result).toMatchObject({ outcome: "committed", offsets: [{ error: "OVERTAKEN" }] });
  });

  test("nothing that was ever ours fails at once, whatever the group does", async () => {
    const { bench, clock, commit } = queueOnTestBench();
    bench.gate = { open: false, block: { by: "joinInFlight", since: clock.now() } };

    const { box } = commit({ offsets: [{ ...offset(0), ownedIn: undefined }], deadlineMs: 60_000 });
    await clock.advance(0);

    expect(box.result).toMatchObject({ outcome: "failed", error: "NOT_ASSIGNED" });
  });

  test("the end of the consumer tells every waiter why", async () => {
    const { clock, commit, queue } = queueOnTestBench();
    const first = commit({});
    const second = commit({});
    await clock.advance(1);

    queue.close({ error: "FENCED_INSTANCE_ID", message: "another consumer took its place" });
    await clock.advance(1);

    for (const { box } of [first, second]) {
      expect(box.result).toMatchObject({ outcome: "failed", error: "FENCED_INSTANCE_ID" });
    }
  });

  test("an unknown member's commit fails at once, with the reason", async () => {
    const { clock, sent, commit } = queueOnTestBench();

    const { box } = commit({});
    await clock.advance(1);
    sent[0]?.answer("UNKNOWN_MEMBER_ID");
    await clock.advance(1);

    expect(box.result).toMatchObject({
      outcome: "failed",
      error: "UNKNOWN_MEMBER_ID",
      message: "no longer a member",
    });
  });

  test("when everything is lost, what waits fails and what is on the wire is waited for", async () => {
    const { clock, sent, commit, queue } = queueOnTestBench();
    const first = commit({});
    const second = commit({});
    await clock.advance(1);

    queue.failAll("LOST", "the group removed this consumer");
    await clock.advance(1);
    sent[0]?.answer();
    await clock.advance(1);

    expect(second.box.result).toMatchObject({ outcome: "failed", error: "LOST" });
    expect(first.box.result?.outcome).toBe("committed");
  });

  test("release lets one waiter go, once", async () => {
    const { clock, commit, queue } = queueOnTestBench();
    const { commitId, box } = commit({ deadlineMs: 60_000 });
    await clock.advance(1);

    const released = [queue.release(commitId), queue.release(commitId), queue.release("other")];
    await clock.advance(1);

    expect(released).toEqual([true, false, false]);
    expect(box.result?.outcome).toBe("released");
  });
});
