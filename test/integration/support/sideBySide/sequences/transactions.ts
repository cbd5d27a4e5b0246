import { addOffsetsToTxn } from "#protocol/apis/addOffsetsToTxn.ts";
import { addPartitionsToTxn } from "#protocol/apis/addPartitionsToTxn.ts";
import { describeProducers } from "#protocol/apis/describeProducers.ts";
import { describeTransactions } from "#protocol/apis/describeTransactions.ts";
import { endTxn } from "#protocol/apis/endTxn.ts";
import { fetch } from "#protocol/apis/fetch.ts";
import { initProducerId } from "#protocol/apis/initProducerId.ts";
import { listOffsets } from "#protocol/apis/listOffsets.ts";
import { listTransactions } from "#protocol/apis/listTransactions.ts";
import { offsetFetch } from "#protocol/apis/offsetFetch.ts";
import { produce } from "#protocol/apis/produce.ts";
import { txnOffsetCommit } from "#protocol/apis/txnOffsetCommit.ts";
import { writeTxnMarkers } from "#protocol/apis/writeTxnMarkers.ts";
import { encodeBatch } from "#protocol/records/batchWriter.ts";
import { type AnswerTo, ask, codesOf, type Place, type Sequence, type Step, sequence } from "../dialogue.ts";

const nobody = { producerId: 987_654n, producerEpoch: 0 };

function started({ topic }: Place, version = 4): Step<typeof initProducerId> {
  return ask(initProducerId, { transactionalId: topic, transactionTimeoutMs: 30_000 }, { version });
}

/** One transaction from its begin to its end, as clients of the given generation of transactions make it (KIP-890). */
function transaction(place: Place, committed: boolean, isSecondGeneration: boolean): readonly Step[] {
  const { topic, group } = place;
  const init = started(place);
  const idsOf = (answerTo: Parameters<Step["body"]>[0]) => {
    const { producerId, producerEpoch } = answerTo(init);
    return { transactionalId: topic, producerId, producerEpoch };
  };
  const records = [{ timestamp: 1_000n, key: null, value: new Uint8Array([1]) }];
  const write = () =>
    ask(
      produce,
      (answerTo) => {
        const producer = { ...idsOf(answerTo), baseSequence: 0, transactional: true };
        const batch = encodeBatch({ baseOffset: 0n, records, ...producer });
        const topicData = [{ name: topic, partitionData: [{ index: 0, records: batch }] }];
        return { transactionalId: topic, acks: -1, timeoutMs: 5_000, topicData };
      },
      { version: isSecondGeneration ? 12 : 11 },
    );
  const added = ask(
    addPartitionsToTxn,
    (answerTo) => {
      const { transactionalId, producerId, producerEpoch } = idsOf(answerTo);
      return {
        v3AndBelowTransactionalId: transactionalId,
        v3AndBelowProducerId: producerId,
        v3AndBelowProducerEpoch: producerEpoch,
        v3AndBelowTopics: [{ name: topic, partitions: [0] }],
      };
    },
    { version: 3 },
  );
  const offsetsAdded = ask(addOffsetsToTxn, (answerTo) => ({ ...idsOf(answerTo), groupId: group }), {
    version: 3,
  });
  const partitions = [{ partitionIndex: 0, committedOffset: 7n, committedMetadata: null }];
  const offsets = ask(
    txnOffsetCommit,
    (answerTo) => ({ ...idsOf(answerTo), groupId: group, topics: [{ name: topic, partitions }] }),
    { version: isSecondGeneration ? 5 : 4 },
  );
  const readBack = (isolationLevel: number, fetchOffset = 0n) =>
    ask(
      fetch,
      {
        ...{ maxWaitMs: 0, minBytes: 0, maxBytes: 100_000, isolationLevel },
        topics: [{ topic, partitions: [{ partition: 0, fetchOffset, partitionMaxBytes: 100_000 }] }],
      },
      { version: 12 },
    );
  const end = (pauseMs: number) =>
    ask(endTxn, (answerTo) => ({ ...idsOf(answerTo), committed }), {
      version: isSecondGeneration ? 5 : 4,
      pauseMs,
    });
  const fetched = (requireStable: boolean) =>
    ask(
      offsetFetch,
      { groups: [{ groupId: group, topics: [{ name: topic, partitionIndexes: [0] }] }], requireStable },
      { version: 9 },
    );
  const stable = ask(listOffsets, {
    replicaId: -1,
    isolationLevel: 1,
    topics: [{ name: topic, partitions: [{ partitionIndex: 0, timestamp: -1n }] }],
  });
  return [
    init,
    ...(isSecondGeneration ? [write()] : [write(), added, write(), offsetsAdded]),
    offsets,
    readBack(1),
    stable,
    fetched(true),
    fetched(false),
    end(0),
    // Markers are written after the answer.
    end(500),
    readBack(1),
    readBack(0),
    readBack(1, 1n),
    fetched(true),
  ];
}

/** A transaction as tools see it: while it is open, after a marker an administrator wrote, and when it is given up. */
function lookedAt(place: Place): readonly Step[] {
  const { topic } = place;
  const init = started(place);
  const of = (answerTo: AnswerTo) => {
    const { producerId, producerEpoch } = answerTo(init);
    return { producerId, producerEpoch };
  };
  const added = ask(
    addPartitionsToTxn,
    (answerTo) => {
      const { producerId, producerEpoch } = of(answerTo);
      return {
        v3AndBelowTransactionalId: topic,
        v3AndBelowProducerId: producerId,
        v3AndBelowProducerEpoch: producerEpoch,
        v3AndBelowTopics: [{ name: topic, partitions: [0] }],
      };
    },
    { version: 3 },
  );
  const written = ask(
    produce,
    (answerTo) => {
      const records = [{ timestamp: 1_000n, key: null, value: new Uint8Array([1]) }];
      const producer = { ...of(answerTo), baseSequence: 0, transactional: true };
      const batch = encodeBatch({ baseOffset: 0n, records, ...producer });
      const topicData = [{ name: topic, partitionData: [{ index: 0, records: batch }] }];
      return { transactionalId: topic, acks: -1, timeoutMs: 5_000, topicData };
    },
    { version: 11 },
  );
  const verified = (version: number, transactionalId: string, partition = 0) =>
    ask(
      addPartitionsToTxn,
      (answerTo) => {
        const topics = [{ name: topic, partitions: [partition] }];
        return { transactions: [{ transactionalId, ...of(answerTo), verifyOnly: true, topics }] };
      },
      { version },
    );
  const producers = ask(describeProducers, { topics: [{ name: topic, partitionIndexes: [0, 1] }] });
  const described = (pauseMs = 0) => ask(describeTransactions, { transactionalIds: [topic] }, { pauseMs });
  const listed = (stateFilters: readonly string[], own: { readonly durationFilter?: bigint } = {}) =>
    ask(
      listTransactions,
      (answerTo) => ({ stateFilters, producerIdFilters: [of(answerTo).producerId], ...own }),
      { version: own.durationFilter === undefined ? 0 : 1 },
    );
  const marked = (version: number) =>
    ask(
      writeTxnMarkers,
      (answerTo) => {
        const topics = [
          { name: topic, partitionIndexes: [0, 7] },
          { name: "nowhere", partitionIndexes: [0] },
        ];
        const marker = { ...of(answerTo), transactionResult: false, topics, coordinatorEpoch: 0 };
        return { markers: [marker] };
      },
      { version },
    );
  return [
    init,
    described(),
    added,
    written,
    producers,
    described(),
    listed(["Ongoing"]),
    listed(["Empty"]),
    listed([], { durationFilter: 3_600_000n }),
    listed([], { durationFilter: -1n }),
    ...[4, 5].flatMap((version) => [
      verified(version, topic),
      verified(version, topic, 1),
      verified(version, "unheard-of"),
    ]),
    marked(1),
    producers,
    described(),
    marked(2),
    started(place),
    // It is aborted behind the answer.
    described(500),
    listed([]),
  ];
}

/** Producers and their transactions. */
export const transactionSequences: readonly Sequence[] = [
  sequence("InitProducerId with and without a transactional id, and as it cannot be", (place) => {
    const of = (transactionalId: string | null, transactionTimeoutMs: number, own: object = {}) =>
      ask(initProducerId, { transactionalId, transactionTimeoutMs, ...own });
    return [
      ...[0, 1, 2, 3, 4, 5].map((version) =>
        ask(initProducerId, { transactionalId: null, transactionTimeoutMs: 0 }, { version }),
      ),
      of("", 30_000),
      of(place.topic, 0),
      of(place.topic, 999_999_999),
      of(place.topic, 30_000),
      of(place.topic, 30_000),
      of(place.topic, 30_000, nobody),
      of(null, 30_000, nobody),
      of(`${place.topic}-new`, 30_000, nobody),
      of(place.topic, 30_000, { producerId: 5n, producerEpoch: -1 }),
    ];
  }),
  ...[true, false].flatMap((committed) =>
    [false, true].map((isSecondGeneration) =>
      sequence(
        `a transaction of the ${isSecondGeneration ? "second" : "first"} generation that ${committed ? "commits" : "aborts"}`,
        (place) => transaction(place, committed, isSecondGeneration),
      ),
    ),
  ),
  sequence("a transaction that is described, listed, verified and ended by an administrator", lookedAt),
  codesOf("transactions of who is unknown", ({ topic, group }) => {
    const who = { transactionalId: topic, ...nobody };
    const topics = [{ name: topic, partitions: [0] }];
    const partitions = [{ partitionIndex: 0, committedOffset: 7n, committedMetadata: null }];
    const added = {
      v3AndBelowTransactionalId: topic,
      v3AndBelowProducerId: nobody.producerId,
      v3AndBelowProducerEpoch: 0,
      v3AndBelowTopics: topics,
    };
    return [
      ...[3, 4, 5].map((version) => ask(endTxn, { ...who, committed: true }, { version })),
      ask(addOffsetsToTxn, { ...who, groupId: group }),
      ...[0, 3].map((version) => ask(addPartitionsToTxn, added, { version })),
      ...[3, 5].map((version) =>
        ask(txnOffsetCommit, { ...who, groupId: group, topics: [{ name: topic, partitions }] }, { version }),
      ),
      ask(describeTransactions, { transactionalIds: [`${topic}-unheard-of`, ""] }),
      ask(listTransactions, { stateFilters: ["no such state"], producerIdFilters: [] }),
      ask(describeProducers, {
        topics: [
          { name: topic, partitionIndexes: [0, 9] },
          { name: "nowhere", partitionIndexes: [0] },
        ],
      }),
    ];
  }),
];
