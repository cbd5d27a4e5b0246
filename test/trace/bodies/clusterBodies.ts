import fc from "fast-check";
import type { ClusterObservation } from "#trace/observations/cluster.ts";
import type { BodiesOf } from "./bodiesOf.ts";
import { few, flag, maybe, number, offset, small, text, topicPartition } from "./values.ts";

/** What is told of clusters as a whole. */
export const clusterBodies: BodiesOf<ClusterObservation> = {
  "cluster.profile": fc.record({
    name: text,
    kind: fc.constantFrom("cluster", "playground", "trace"),
    bootstrapServers: few(text),
  }),
  "cluster.removed": fc.record({}),
  "cluster.connection": fc.record({
    state: fc.constantFrom("connecting", "connected", "failed", "disconnected"),
    message: maybe(text),
    steps: few(
      fc.record({
        stage: fc.constantFrom("resolve", "connect", "tls", "sasl", "apiVersions", "metadata", "advertised"),
        tried: text,
        outcome: fc.constantFrom("ok", "failed", "skipped"),
        tookMs: maybe(number),
        detail: maybe(text),
      }),
    ),
    kafkaClusterId: maybe(text),
    controllerId: maybe(small),
    brokers: maybe(few(fc.record({ nodeId: small, host: text, port: number, rack: maybe(text) }))),
  }),
  "cluster.topics": fc.record({
    requestedAt: number,
    topics: few(
      fc.record({
        topic: text,
        topicId: maybe(text),
        isInternal: flag,
        error: maybe(text),
        partitions: few(
          fc.record({
            partition: small,
            leaderId: maybe(small),
            leaderEpoch: maybe(small),
            replicas: few(small),
            isr: few(small),
            error: maybe(text),
          }),
        ),
      }),
    ),
  }),
  "cluster.offsets": fc.record({
    requestedAt: number,
    offsets: few(
      fc.record({
        ...topicPartition,
        logStartOffset: maybe(offset),
        highWatermark: maybe(offset),
        error: maybe(text),
      }),
    ),
  }),
  "cluster.failed": fc.record({
    what: fc.constantFrom("topics", "groups", "offsets"),
    message: text,
    requestedAt: number,
  }),
};
