import { type TopicPartition, topicPartitionText } from "#base/topicPartition.ts";
import { BrokerError } from "#protocol/brokerError.ts";
import { encodeBatch, type RecordInput } from "#protocol/records/batchWriter.ts";
import type { Broker } from "../broker.ts";

/** Records of a transaction that no coordinator knows, as a producer's late write leaves them (KIP-664, KIP-890). */
export interface HangingTransaction {
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly firstOffset: bigint;
}

const text = new TextEncoder();

/** Writes records of a transaction that nobody will ever end: the partition's last stable offset stays before them. */
export function hangTransaction(
  broker: Broker,
  partition: TopicPartition,
  records?: readonly RecordInput[],
): HangingTransaction {
  const log = logOf(broker, partition);
  if (broker.leaderOf(partition) === undefined) {
    throw new BrokerError(
      "LEADER_NOT_AVAILABLE",
      "Produce",
      `${topicPartitionText(partition)} has no leader`,
    );
  }
  const timestamp = BigInt(Math.floor(broker.clock.now()));
  const producerId = broker.nextProducerId();
  const batch = encodeBatch({
    baseOffset: 0n,
    records: records ?? [{ timestamp, key: null, value: text.encode("of a transaction that hangs") }],
    producerId,
    producerEpoch: 0,
    baseSequence: 0,
    transactional: true,
  });
  const { baseOffset } = broker.append(log, batch);
  const startedAt = broker.clock.now();
  broker.hanging.began({ log, producerId, producerEpoch: 0, firstOffset: baseOffset, startedAt });
  return { producerId, producerEpoch: 0, firstOffset: baseOffset };
}

/**
 * Aborts the transaction that a producer has in a partition, as `kafka-transactions.sh abort` does for one that hangs:
 * by a marker, past its coordinator. False when there is none.
 */
export function abortHanging(broker: Broker, partition: TopicPartition, producerId: bigint): boolean {
  const log = logOf(broker, partition);
  const state = Array.from(log.producers.all).find((each) => each.producerId === producerId);
  if (state?.transactionStart === undefined) return false;
  const coordinatorEpoch = state.coordinatorEpoch ?? 0;
  const marker = { producerId, producerEpoch: state.epoch, coordinatorEpoch, how: "abort" } as const;
  const error = broker.writeMarker(partition, marker);
  if (error !== "NONE") throw new BrokerError(error, "WriteTxnMarkers");
  return true;
}

function logOf(broker: Broker, { topic, partition }: TopicPartition) {
  const log = broker.topics.log(topic, partition);
  if (log) return log;
  throw new BrokerError("UNKNOWN_TOPIC_OR_PARTITION", "Produce", `there is no ${topic}-${partition}`);
}
