import { seededRandom } from "#base/random.ts";
import { Broker } from "#playground/broker.ts";
import { type PlaygroundSettingsInput, playgroundSettings } from "#playground/settings.ts";
import { PlaygroundStorage } from "#playground/storage/playgroundStorage.ts";
import { encodeBatch } from "#protocol/records/batchWriter.ts";
import type { MemoryDataFiles } from "#test/support/memoryDataFiles.ts";
import { VirtualClock } from "#test/support/virtualClock.ts";
import type { ObservationBody } from "#trace/observation.ts";

const asked = { wanted: 9092, host: "127.0.0.1", nodes: 1 };
const encoder = new TextEncoder();

/** A broker without a network that is kept in files. */
export interface StoredBroker {
  readonly broker: Broker;
  readonly clock: VirtualClock;
  /** What the data directory had to say. */
  readonly notices: readonly string[];
  /** What the broker told of. */
  readonly observed: readonly ObservationBody[];
  /** Ends it in order. */
  stop(): void;
}

/** Begins a broker from what the files hold. */
export async function storedBroker(
  files: MemoryDataFiles,
  {
    segmentBytes,
    settings,
  }: { readonly segmentBytes?: number; readonly settings?: PlaygroundSettingsInput } = {},
): Promise<StoredBroker> {
  const clock = new VirtualClock();
  const notices: string[] = [];
  const observed: ObservationBody[] = [];
  const storage = PlaygroundStorage.open(
    files,
    (body) => {
      if (body.type === "broker.trouble") notices.push(body.title);
    },
    segmentBytes === undefined ? {} : { segmentBytes },
  );
  const nodes = [{ nodeId: 1, host: "127.0.0.1", port: 9092, rack: undefined }];
  const deps = {
    clock,
    random: seededRandom(5),
    observe: (body: ObservationBody) => void observed.push(body),
    kafkaClusterId: storage.kafkaClusterId,
  };
  const broker = new Broker(deps, playgroundSettings(settings), nodes);
  await clock.runUntil(storage.restore(broker, asked));
  return {
    broker,
    clock,
    notices,
    observed,
    stop: () => {
      broker.dispose();
      storage.dispose();
    },
  };
}

/** A batch of one producer, or of none. */
export function batchWith(
  values: readonly string[],
  producer: { readonly id?: bigint; readonly sequence?: number; readonly transactional?: boolean } = {},
): Uint8Array {
  const { id = -1n, sequence = -1, transactional = false } = producer;
  return encodeBatch({
    baseOffset: 0n,
    records: values.map((value) => ({
      timestamp: 1n,
      key: encoder.encode(value.slice(0, 1)),
      value: encoder.encode(value),
    })),
    producerId: id,
    producerEpoch: id < 0n ? -1 : 0,
    baseSequence: sequence,
    transactional,
  });
}

/** Everything that must be the same after a restart. */
export function everythingOf(broker: Broker) {
  return {
    kafkaClusterId: broker.kafkaClusterId,
    topics: Array.from(broker.topics.all, ({ partitions, configs, ...topic }) => ({
      ...topic,
      configs: Array.from(configs),
      partitions: partitions.map((log) => ({
        logStartOffset: log.logStartOffset,
        logEndOffset: log.logEndOffset,
        lastStableOffset: log.lastStableOffset,
        epochs: log.epochs,
        batches: log.batches.map(({ header, bytes, lastOffset }) => ({
          header,
          lastOffset,
          bytes: Buffer.from(bytes).toString("hex"),
        })),
        producers: Array.from(log.producers.all),
        aborted: log.producers.transactions.abortedBetween(0n, log.logEndOffset),
      })),
    })).toSorted((a, b) => a.name.localeCompare(b.name)),
    offsets: broker.groups.groups
      .map(({ groupId }) => ({
        groupId,
        offsets: Array.from(
          broker.groups.commits.of(groupId)?.entries() ?? [],
          ([id, { offset, leaderEpoch, metadata }]) => ({
            ...id,
            offset,
            leaderEpoch,
            metadata,
          }),
        ).toSorted((a, b) => `${a.topic}${a.partition}`.localeCompare(`${b.topic}${b.partition}`)),
      }))
      .toSorted((a, b) => a.groupId.localeCompare(b.groupId)),
  };
}
