import { beforeEach, describe, expect, test } from "vitest";
import type { ConsumerOptions } from "#engine/consumerOptions.ts";
import type { ConsumerSession } from "#engine/consumerSession.ts";
import { createPartitions } from "#protocol/apis/createPartitions.ts";
import { deleteRecords } from "#protocol/apis/deleteRecords.ts";
import { fetch } from "#protocol/apis/fetch.ts";
import { offsetCommit } from "#protocol/apis/offsetCommit.ts";
import { speakAtMost } from "./support/betweenCluster.ts";
import { type BenchSession, EngineBench, ofType, values } from "./support/engineBench.ts";

const p0 = { topic: "orders", partition: 0 };
const lastMinute = { backMs: 60_000 } as const;

describe("positions that the log does not have", () => {
  let bench: EngineBench;

  beforeEach(async () => {
    bench = new EngineBench();
    await bench.run(bench.playground.start());
    bench.playground.createTopic("orders", { partitions: 1 });
  });

  const partitionOf = (session: ConsumerSession) => session.partitions()[0];
  const lastReset = ({ seen }: BenchSession) => ofType(seen, "fetch.positionReset").at(-1);
  const lastError = ({ seen }: BenchSession) => ofType(seen, "position.state").at(-1)?.error;
  const settled = ({ session }: BenchSession) =>
    bench.until("settled", () => partitionOf(session)?.progress.state !== "loading");

  const deleteBefore = async (offset: bigint) => {
    const topics = [{ name: "orders", partitions: [{ partitionIndex: 0, offset }] }];
    await bench.run(bench.client().send({ any: true }, deleteRecords, { topics, timeoutMs: 1_000 }));
  };

  const commitFromOutside = async (committedOffset: bigint, committedLeaderEpoch: number) => {
    const partitions = [{ partitionIndex: 0, committedOffset, committedLeaderEpoch, committedMetadata: "" }];
    const topics = [{ name: "orders", partitions }];
    await bench.run(
      bench
        .client()
        .send({ coordinator: "billing" }, offsetCommit, { groupId: "billing", topics }, { versions: [6, 9] }),
    );
  };

  /** Ten records, the first five an hour before the others. */
  const twoHours = async () => {
    await bench.produce(p0, 5);
    await bench.clock.advance(3_600_000);
    await bench.produce(p0, 5, 5);
  };

  describe("starting without a committed offset", () => {
    const starts: readonly [string, ConsumerOptions["startPosition"], bigint, string | undefined][] = [
      ["the last minute", { kind: "committed", else: lastMinute }, 5n, "the last 60 s"],
      ["the end", { kind: "committed", else: "end" }, 10n, "end"],
      ["a duration", { kind: "duration", backMs: 60_000 }, 5n, undefined],
      ["three before the end", { kind: "relative", to: "end", by: -3n }, 7n, undefined],
      ["two after the start", { kind: "relative", to: "start", by: 2n }, 2n, undefined],
      ["further back than the log goes", { kind: "relative", to: "end", by: -99n }, 0n, undefined],
    ];

    test.each(starts)("%s", async (_title, startPosition, position, policy) => {
      await twoHours();
      const member = bench.session({ startPosition });

      member.session.start();
      await bench.until("positioned", () => partitionOf(member.session)?.position !== undefined);

      expect(partitionOf(member.session)?.position).toBe(position);
      expect(lastReset(member)?.policy).toBe(policy);
    });

    test("a look-up that fails does not shift the time it looks for", async () => {
      await twoHours();
      bench.playground.addFault({
        match: { api: "ListOffsets" },
        action: { kind: "error", code: "NOT_LEADER_OR_FOLLOWER" },
        times: 40,
      });
      const member = bench.session({ startPosition: { kind: "committed", else: lastMinute } });

      member.session.start();
      await bench.clock.advance(120_000);
      await settled(member);

      expect(partitionOf(member.session)?.position).toBe(5n);
    });
  });

  test("a partition that was added later is read from its start, though new groups begin at the end", async () => {
    const member = bench.session({ startPosition: { kind: "committed", else: "end" } });
    await bench.produce(p0, 3);
    member.session.start();
    await bench.until("positioned", () => partitionOf(member.session)?.position === 3n);
    const topics = [{ name: "orders", count: 2, assignments: null }];
    await bench.run(
      bench
        .client()
        .send({ controller: true }, createPartitions, { topics, timeoutMs: 1_000, validateOnly: false }),
    );
    await bench.produce({ topic: "orders", partition: 1 }, 4);

    await bench.until("assigned", () => member.session.assignment().length === 2, 600_000);
    const records = await member.poll(10, 5_000);

    expect(values(records)).toEqual([0, 1, 2, 3]);
    expect(ofType(member.seen, "fetch.positionReset").find(({ partition }) => partition === 1)).toMatchObject(
      {
        policy: "start, as the partition was added after the consumer came",
        toOffset: 0n,
      },
    );
  });

  describe("what retention took", () => {
    const rows: readonly [
      title: string,
      resetPolicy: ConsumerOptions["resetPolicy"],
      to: bigint,
      skippedRecords: bigint | undefined,
    ][] = [
      ["start", "start", 6n, undefined],
      ["end", "end", 10n, 4n],
      ["nearest", "nearest", 6n, undefined],
      ["by duration, without leaving out what is there", lastMinute, 6n, undefined],
    ];

    test.each(rows)("%s", async (_title, resetPolicy, toOffset, skippedRecords) => {
      await twoHours();
      const member = bench.session({ resetPolicy, maxBufferedRecords: 1 });
      member.session.start();
      await member.poll(2, 20_000);
      await bench.until("full", () => member.session.buffered().records === 1);
      member.session.pause(p0);
      const from = partitionOf(member.session)?.fetchPosition;
      await deleteBefore(6n);

      await member.poll(1, 1_000);
      member.session.resume(p0);
      await member.poll(10, 5_000);
      await bench.until("reset", () => lastReset(member)?.cause === "outOfRange");

      expect(lastReset(member)).toMatchObject({
        fromOffset: from,
        toOffset,
        lostFromOffset: from,
        lostToOffset: 6n,
        lostRecords: 6n - (from ?? 0n),
        deliveredRecords: 0n,
        skippedRecords,
      });
    });

    test("with the policy none the partition stops, and says what is lost and what to do", async () => {
      await bench.produce(p0, 10);
      const member = bench.session({ resetPolicy: "none" });
      await commitFromOutside(2n, -1);
      await deleteBefore(6n);

      member.session.start();
      await bench.until("errored", () => partitionOf(member.session)?.progress.state === "errored");

      expect(lastError(member)).toEqual({
        code: "OFFSET_OUT_OF_RANGE",
        message:
          "the log of orders-0 does not have position 2: it has offsets 6 to 9; offsets 2 to 5 no longer exist; no reset policy was chosen: seek to where reading is to go on",
      });
    });
  });

  test("a position that the log has is kept, whatever a broker says of it once", async () => {
    await bench.produce(p0, 6);
    const member = bench.session({ resetPolicy: "end" });
    member.session.start();
    await member.poll(3, 20_000);
    await bench.run(member.session.seek(p0, { kind: "offset", offset: 3n }));
    bench.playground.addFault({
      match: { api: "Fetch" },
      action: { kind: "error", code: "OFFSET_OUT_OF_RANGE" },
      times: 2,
    });

    const records = await member.poll(10, 5_000);

    expect(values(records)).toEqual([3, 4, 5]);
    expect(lastReset(member)?.cause).toBe("noCommittedOffset");
  });

  test("a broker that insists on it is believed in the end, without a hot loop", async () => {
    await bench.produce(p0, 6);
    const member = bench.session({ resetPolicy: "none" });
    bench.playground.addFault({
      match: { api: "Fetch" },
      action: { kind: "error", code: "OFFSET_OUT_OF_RANGE" },
    });

    member.session.start();
    await bench.until("errored", () => partitionOf(member.session)?.progress.state === "errored");

    expect(ofType(member.seen, "fetch.completed").length).toBeLessThan(8);
  });

  describe("a topic that is deleted and created anew", () => {
    const recreate = async () => {
      bench.playground.deleteTopic("orders");
      bench.playground.createTopic("orders", { partitions: 1 });
      await bench.produce(p0, 3, 100);
    };

    test("is read by the policy, and the old position is not used in it", async () => {
      await bench.produce(p0, 8);
      const member = bench.session({ resetPolicy: "start", autoCommit: "onPoll", autoCommitIntervalMs: 100 });
      member.session.start();
      await member.poll(2, 20_000);
      await bench.until("eight seen", () => partitionOf(member.session)?.ends.highWatermark === 8n);
      await recreate();

      await bench.until("reset", () => lastReset(member)?.cause === "topicRecreated");
      const records = await member.poll(10, 5_000);

      expect(values(records)).toEqual([100, 101, 102]);
      expect(lastReset(member)).toMatchObject({
        policy: "start",
        fromOffset: 2n,
        toOffset: 0n,
        lostFromOffset: 2n,
        lostToOffset: 8n,
        lostRecords: 6n,
        deliveredRecords: 0n,
      });
    });

    test("is noticed while paused, and stops the partition with the policy none", async () => {
      await bench.produce(p0, 8);
      const member = bench.session({ resetPolicy: "none" });
      member.session.start();
      await member.poll(8, 20_000);
      await recreate();

      await bench.until("errored", () => lastError(member)?.code === "TOPIC_RECREATED");
      const commit = await bench.run(member.session.commit({ deadlineMs: 1_000 }));
      const moved = await bench.run(member.session.seek(p0, { kind: "start" }));
      const records = await member.poll(10, 5_000);

      expect(lastError(member)).toBeUndefined();
      expect(commit.error).toBe("NOTHING_TO_COMMIT");
      expect(moved).toEqual({ from: undefined, to: 0n });
      expect(values(records)).toEqual([100, 101, 102]);
    });

    test("leaves no committed offset behind that is used blindly: its leader epoch gives it away", async () => {
      await bench.produce(p0, 6);
      await commitFromOutside(5n, 7);
      const member = bench.session({ resetPolicy: "start" });

      member.session.start();
      const records = await member.poll(10, 20_000);

      expect(values(records)).toEqual([0, 1, 2, 3, 4, 5]);
      expect(lastReset(member)).toMatchObject({ cause: "topicRecreated", fromOffset: 5n, toOffset: 0n });
    });
  });

  test("a committed offset carries its leader epoch, and one the log has is gone on from", async () => {
    await bench.produce(p0, 6);
    await commitFromOutside(4n, 0);
    const member = bench.session();

    member.session.start();
    const records = await member.poll(10, 20_000);

    expect(values(records)).toEqual([4, 5]);
    expect(lastReset(member)).toBeUndefined();
  });

  test("a commit carries the epoch of what was delivered, and none after a seek by hand", async () => {
    await bench.produce(p0, 6);
    const member = bench.session();
    member.session.start();
    await member.poll(3, 20_000);
    const delivered = partitionOf(member.session)?.deliveredEpoch;

    await bench.run(member.session.seek(p0, { kind: "step", by: 2n }));

    expect(delivered).toBe(0);
    expect(partitionOf(member.session)).toMatchObject({ position: 5n, deliveredEpoch: undefined });
  });

  describe("a log that was cut off", () => {
    /** Four of six delivered, all fetched; then the log loses what lies behind `endOffset`, and others take its place. */
    const readAndTruncate = async (resetPolicy: ConsumerOptions["resetPolicy"], endOffset: bigint) => {
      await bench.produce(p0, 6);
      const member = bench.session({ resetPolicy });
      member.session.start();
      await member.poll(4, 20_000);
      await bench.until("all fetched", () => partitionOf(member.session)?.fetchPosition === 6n);
      bench.playground.truncateLog(p0, endOffset);
      await bench.produce(p0, 5, 100 + Number(endOffset));
      return member;
    };

    test("is read again from where the logs part, and what was delivered of it is said", async () => {
      const member = await readAndTruncate("end", 3n);

      await bench.until("reset", () => lastReset(member)?.cause === "truncation");
      const records = await member.poll(10, 5_000);

      expect(values(records)).toEqual([103, 104, 105, 106, 107]);
      expect(lastReset(member)).toMatchObject({
        fromOffset: 4n,
        toOffset: 3n,
        lostFromOffset: 3n,
        lostToOffset: 6n,
        lostRecords: 3n,
        deliveredRecords: 1n,
      });
    });

    test("leaves a position that says its epoch: whoever goes on from a commit of it notices the next cut", async () => {
      const member = await readAndTruncate("end", 3n);
      await bench.until("reset", () => lastReset(member)?.cause === "truncation");

      await bench.run(member.session.commit({ deadlineMs: 1_000 }));
      await bench.run(member.session.close({ deadlineMs: 5_000, leaveGroup: true, reason: "done" }));
      bench.playground.truncateLog(p0, 1n);
      await bench.produce(p0, 5, 200);
      const next = bench.session({ resetPolicy: "end" });
      next.session.start();
      const records = await next.poll(10, 20_000);

      expect(values(records)).toEqual([200, 201, 202, 203, 204]);
      expect(lastReset(next)).toMatchObject({ cause: "truncation", fromOffset: 3n, toOffset: 1n });
    });

    test("has nothing moved when only what was not delivered yet is gone", async () => {
      const member = await readAndTruncate("none", 5n);

      await bench.until("reset", () => lastReset(member)?.cause === "truncation");
      const records = await member.poll(10, 5_000);

      expect(values(records)).toEqual([4, 105, 106, 107, 108, 109]);
      expect(lastReset(member)).toMatchObject({
        fromOffset: 6n,
        toOffset: 4n,
        lostRecords: 1n,
        deliveredRecords: 0n,
      });
    });

    test("stops the partition with the policy none, with what is lost and where to go on", async () => {
      const member = await readAndTruncate("none", 3n);

      await bench.until("errored", () => partitionOf(member.session)?.progress.state === "errored");
      const asked = ofType(member.seen, "fetch.completed").length;
      await bench.clock.advance(30_000);

      expect(lastError(member)).toEqual({
        code: "LOG_TRUNCATED",
        message:
          "the log of orders-0 was cut off at offset 3: offsets 3 to 5 no longer exist, 1 of them had been delivered; seek to 3 to read what took their place",
      });
      expect(ofType(member.seen, "fetch.completed")).toHaveLength(asked);
      expect(member.session.buffered().records).toBe(0);
    });

    test.each([9, 11, 12, 13])(
      "is found out with whichever Fetch version knows leader epochs: %i",
      async (version) => {
        await bench.produce(p0, 6);
        const member = bench.session({ resetPolicy: "start" }, (cluster) =>
          speakAtMost(cluster, fetch, version),
        );
        member.session.start();
        await member.poll(6, 20_000);

        bench.playground.truncateLog(p0, 2n);
        await bench.produce(p0, 9, 102);
        await bench.until("reset", () => lastReset(member)?.cause === "truncation");
        const records = await member.poll(20, 5_000);

        expect(values(records).slice(0, 2)).toEqual([102, 103]);
        expect(lastReset(member)).toMatchObject({
          fromOffset: 6n,
          toOffset: 2n,
          lostRecords: 4n,
          deliveredRecords: 4n,
        });
      },
    );

    test("is found out by the leader epoch of a committed offset, though the log has grown past it", async () => {
      await bench.produce(p0, 6);
      await commitFromOutside(5n, 0);
      bench.playground.truncateLog(p0, 2n);
      await bench.produce(p0, 9, 102);
      const member = bench.session({ resetPolicy: "end" });

      member.session.start();
      const records = await member.poll(1, 20_000);

      expect(values(records)).toEqual([102]);
      expect(lastReset(member)).toMatchObject({ cause: "truncation", fromOffset: 5n, toOffset: 2n });
    });

    test("is read again from where the logs part after an unclean election", async () => {
      await bench.produce(p0, 6);
      const member = bench.session();
      member.session.start();
      await member.poll(6, 20_000);
      bench.playground.uncleanElect(p0);
      await bench.produce(p0, 2, 105);

      await bench.until("reset", () => lastReset(member)?.cause === "truncation");
      const records = await member.poll(10, 5_000);

      expect(values(records)).toEqual([105, 106]);
      expect(lastReset(member)).toMatchObject({ fromOffset: 6n, toOffset: 5n, deliveredRecords: 1n });
    });
  });

  test("a leader that moves with its log changes nothing but the leader", async () => {
    const three = new EngineBench({ nodes: 3 });
    await three.run(three.playground.start());
    three.playground.createTopic("orders", { partitions: 1, replicationFactor: 3 });
    await three.produce(p0, 4);
    const member = three.session();
    member.session.start();
    await member.poll(4, 20_000);
    const leaders = [partitionOf(member.session)?.leaderId];

    for (const [moves, { nodeId }] of three.playground.nodes.entries()) {
      three.playground.moveLeader(p0, nodeId);
      await three.produce(p0, 1, 4 + moves);
      const records = await member.poll(10, 10_000);
      leaders.push(partitionOf(member.session)?.leaderId);
      expect(values(records)).toEqual([4 + moves]);
    }

    expect(new Set(leaders).size).toBe(3);
    expect(ofType(member.seen, "fetch.positionReset").map(({ cause }) => cause)).toEqual([
      "noCommittedOffset",
    ]);
    expect(ofType(member.seen, "position.state").some(({ state }) => state === "errored")).toBe(false);
  });
});
