import { describe, expect, test } from "vitest";
import { randomInt, seededRandom } from "#base/random.ts";
import type { Broker } from "#playground/broker.ts";
import { corruptBatch } from "#playground/faults/corruptBatch.ts";
import type { PartitionLog } from "#playground/log/partitionLog.ts";
import { MemoryDataFiles } from "#test/support/memoryDataFiles.ts";
import { batchWith, everythingOf, storedBroker } from "./storedBroker.ts";

/** Small, so that files follow each other. */
const segmentBytes = 300;

const operations: readonly ((broker: Broker, random: ReturnType<typeof seededRandom>) => void)[] = [
  (broker, random) => void broker.append(anyLog(broker, random), batchWith(["ab", "cd"])),
  (broker, random) => void broker.append(anyLog(broker, random), batchWith(["xy"])),
  (broker, random) => {
    const log = anyLog(broker, random);
    const id = broker.nextProducerId();
    broker.append(log, batchWith(["tx"], { id, sequence: 0, transactional: true }));
    const how = random.next() < 0.5 ? "commit" : "abort";
    broker.writeMarker(log.id, { producerId: id, producerEpoch: 0, coordinatorEpoch: 0, how });
  },
  (broker, random) => {
    broker.append(anyLog(broker, random), batchWith(["bad"]), {
      edit: (batch) => corruptBatch(batch, "truncatedTail"),
    });
  },
  (broker, random) => {
    const log = anyLog(broker, random);
    log.beginEpoch(log.leaderEpoch + 1);
  },
  (broker, random) => void freed(broker, (log) => log.truncate(log.logEndOffset - 1n), random),
  (broker, random) => void freed(broker, (log) => log.deleteBefore(log.logStartOffset + 1n), random),
  (broker, random) => void broker.housekeeping.compact(anyLog(broker, random)),
  (broker, random) => {
    const target = broker.groups.commits.target("billing", {
      memberId: "",
      groupInstanceId: undefined,
      generationId: -1,
      version: 8,
    });
    if (!("offsets" in target)) throw new Error("a commit was refused");
    target.offsets.set(anyLog(broker, random).id, {
      offset: BigInt(randomInt(random, 100)),
      leaderEpoch: -1,
      metadata: "m",
    });
    broker.groups.commits.changed("billing");
  },
  (broker) => {
    const [topic] = broker.topics.all;
    if (topic) broker.topics.setConfigs(topic, new Map([["retention.ms", "60000"]]));
  },
  (broker) => {
    const topic = broker.topics.byName("clicks");
    if (topic) broker.deleteTopic(topic);
    else broker.topics.create("clicks", { partitions: 1, replicationFactor: 1 });
  },
];

function anyLog(broker: Broker, random: ReturnType<typeof seededRandom>): PartitionLog {
  const logs = Array.from(broker.topics.all).flatMap(({ partitions }) => partitions);
  const log = logs[randomInt(random, logs.length)];
  if (!log) throw new Error("there is no log");
  return log;
}

/** The log is cut, and the memory learns of it. */
function freed(
  broker: Broker,
  cut: (log: PartitionLog) => number,
  random: ReturnType<typeof seededRandom>,
): void {
  const log = anyLog(broker, random);
  if (log.logEndOffset > log.logStartOffset) broker.memory.freed(cut(log));
}

describe("a playground in a data directory", () => {
  test.each([1, 2, 3, 4])(
    "loses nothing that was done when it is killed at any byte (seed %i)",
    async (seed) => {
      const random = seededRandom(seed);
      const files = new MemoryDataFiles();
      const { broker } = await storedBroker(files, { segmentBytes });
      const states = new Map<number, ReturnType<typeof everythingOf>>();
      const first = files.appendedBytes;
      broker.topics.create("orders", { partitions: 2, replicationFactor: 1 });
      for (let step = 0; step < 25; step++) {
        operations[randomInt(random, operations.length)]?.(broker, random);
        // A cut can take a marker away, and a transaction that is open does not stay so.
        const isDecided = Array.from(broker.topics.all).every(({ partitions }) =>
          partitions.every((log) => log.lastStableOffset === log.highWatermark),
        );
        if (isDecided) states.set(files.appendedBytes, everythingOf(broker));
        else states.delete(files.appendedBytes);
      }

      for (let bytes = first; bytes <= files.appendedBytes; bytes++) {
        const left = files.cutAfter(bytes);
        const next = await storedBroker(left, { segmentBytes });

        const state = states.get(bytes);
        const wrong = next.notices.filter((notice) => !/was not finished|are aborted/.test(notice));
        expect(wrong, `killed after ${bytes} bytes`).toEqual([]);
        if (state) expect(everythingOf(next.broker), `killed after ${bytes} bytes`).toEqual(state);
        if (state) expect(next.notices).toEqual([]);

        const restored = everythingOf(next.broker);
        next.stop();
        const again = await storedBroker(left, { segmentBytes });
        expect(again.notices, `killed after ${bytes} bytes, started twice`).toEqual([]);
        expect(everythingOf(again.broker), `killed after ${bytes} bytes, started twice`).toEqual(restored);
      }
      expect(states.size).toBeGreaterThan(3);
    },
  );
});
