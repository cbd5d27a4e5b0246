import fc from "fast-check";
import type { BrokerObservation } from "#trace/observations/broker.ts";
import type { BodiesOf } from "./bodiesOf.ts";
import { few, flag, id, maybe, number, offset, small, text, topicPartition } from "./values.ts";

const node = { nodeId: small, host: text, port: number, rack: maybe(text) };

/** What the playground tells of itself. */
export const brokerBodies: BodiesOf<BrokerObservation> = {
  "broker.started": fc.record({
    kafkaClusterId: text,
    nodes: few(fc.record(node)),
  }),
  "broker.stopped": fc.record({ reason: text }),
  "broker.fault": fc.record({
    faultId: id,
    kind: text,
    title: text,
    enabled: flag,
    removed: flag,
    hits: small,
    misses: maybe(small),
    holding: small,
    heldSince: maybe(number),
    since: number,
    groupId: maybe(id),
    topic: maybe(text),
    partition: maybe(small),
  }),
  "broker.workload": fc.record({
    workloadId: id,
    topic: text,
    recordsPerSecond: maybe(small),
    description: maybe(text),
    bytes: maybe(number),
    tombstones: maybe(number),
    poisoned: maybe(number),
    aborted: maybe(number),
    produced: number,
    running: flag,
    error: maybe(text),
  }),
  "broker.member": fc.record({ name: text, groupId: id, sessionId: id, removed: flag }),
  "broker.invariant": fc.record({
    rule: fc.constantFrom("oneOwner", "currentGeneration", "forwardCommit"),
    isBroken: flag,
    groupId: id,
    ...topicPartition,
    generationId: small,
    memberIds: few(id),
    from: maybe(offset),
    to: maybe(offset),
  }),
  "broker.delivery": fc.record({
    ...topicPartition,
    nodeId: small,
    clientId: text,
    isolation: fc.constantFrom("read_uncommitted", "read_committed"),
    fetchOffset: offset,
    problem: fc.constantFrom(
      "readElsewhere",
      "notTheLog",
      "leftOut",
      "withheld",
      "tooFar",
      "abortedNotTold",
      "committedToldAborted",
    ),
    offset,
  }),
  "broker.clock": fc.record({
    mode: fc.constantFrom("real", "paused", "fast"),
    now: small,
    aheadMs: small,
    foreign: maybe(text),
  }),
  "broker.trouble": fc.record({
    kind: text,
    title: text,
    groupId: maybe(id),
    topic: maybe(text),
    partition: maybe(small),
    memberId: maybe(id),
    nodeId: maybe(small),
    transactionalId: maybe(id),
    nodesDown: few(small),
    wrongClocks: maybe(few(fc.record({ nodeId: maybe(small), aheadMs: small }))),
    nodes: maybe(few(fc.record(node))),
  }),
  "broker.dropped": fc.record({
    topics: few(fc.record({ topic: text, batches: small, records: small })),
  }),
  "broker.transaction": fc.record({
    producerId: offset,
    producerEpoch: small,
    transactionalId: maybe(id),
    state: fc.constantFrom("Empty", "Ongoing", "PrepareCommit", "CompleteAbort", "Hanging"),
    partitions: few(fc.record({ topic: text, partition: small })),
    startedAt: maybe(number),
    firstOffset: maybe(offset),
    timeoutMs: maybe(small),
    reason: maybe(text),
  }),
};
