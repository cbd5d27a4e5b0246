import type {
  BrokerClock,
  BrokerDelivery,
  BrokerDropped,
  BrokerFault,
  BrokerInvariant,
  BrokerMember,
  BrokerStarted,
  BrokerStopped,
  BrokerTransaction,
  BrokerTrouble,
  BrokerWorkload,
  WrongClock,
} from "../observations/broker.ts";
import type {
  ClusterConnection,
  ClusterFailed,
  ClusterOffsets,
  ClusterProfile,
  ClusterRemoved,
  ClusterTopics,
  ConnectionStep,
} from "../observations/cluster.ts";
import type { RecorderMerged } from "../observations/recorder.ts";
import { boolean, instant, list, number, object, offset, oneOf, optional, string } from "./shape.ts";

export const clusterProfile = object<ClusterProfile>({
  type: oneOf("cluster.profile"),
  name: string,
  kind: oneOf("cluster", "playground", "trace"),
  bootstrapServers: list(string),
});

export const clusterRemoved = object<ClusterRemoved>({ type: oneOf("cluster.removed") });

const step = object<ConnectionStep>({
  stage: oneOf("resolve", "connect", "tls", "sasl", "apiVersions", "metadata", "advertised"),
  tried: string,
  outcome: oneOf("ok", "failed", "skipped"),
  tookMs: optional(number),
  detail: optional(string),
});

export const clusterConnection = object<ClusterConnection>({
  type: oneOf("cluster.connection"),
  state: oneOf("connecting", "connected", "failed", "disconnected"),
  message: optional(string),
  steps: list(step),
  kafkaClusterId: optional(string),
  controllerId: optional(number),
  brokers: optional(
    list(
      object<NonNullable<ClusterConnection["brokers"]>[number]>({
        nodeId: number,
        host: string,
        port: number,
        rack: optional(string),
      }),
    ),
  ),
});

export const topic = object<ClusterTopics["topics"][number]>({
  topic: string,
  topicId: optional(string),
  isInternal: boolean,
  error: optional(string),
  partitions: list(
    object<ClusterTopics["topics"][number]["partitions"][number]>({
      partition: number,
      leaderId: optional(number),
      leaderEpoch: optional(number),
      replicas: list(number),
      isr: list(number),
      error: optional(string),
    }),
  ),
});

export const clusterTopics = object<ClusterTopics>({
  type: oneOf("cluster.topics"),
  requestedAt: instant,
  topics: list(topic),
});

export const clusterOffsets = object<ClusterOffsets>({
  type: oneOf("cluster.offsets"),
  requestedAt: instant,
  offsets: list(
    object<ClusterOffsets["offsets"][number]>({
      topic: string,
      partition: number,
      logStartOffset: optional(offset),
      highWatermark: optional(offset),
      error: optional(string),
    }),
  ),
});

export const clusterFailed = object<ClusterFailed>({
  type: oneOf("cluster.failed"),
  what: oneOf("topics", "groups", "offsets"),
  message: string,
  requestedAt: instant,
});

const nodes = list(
  object<BrokerStarted["nodes"][number]>({
    nodeId: number,
    host: string,
    port: number,
    rack: optional(string),
  }),
);

export const brokerStarted = object<BrokerStarted>({
  type: oneOf("broker.started"),
  kafkaClusterId: string,
  nodes,
});

export const brokerStopped = object<BrokerStopped>({ type: oneOf("broker.stopped"), reason: string });

export const brokerFault = object<BrokerFault>({
  type: oneOf("broker.fault"),
  faultId: string,
  kind: string,
  title: string,
  enabled: boolean,
  removed: boolean,
  hits: number,
  misses: optional(number),
  holding: number,
  heldSince: optional(instant),
  since: instant,
  groupId: optional(string),
  topic: optional(string),
  partition: optional(number),
});

export const brokerWorkload = object<BrokerWorkload>({
  type: oneOf("broker.workload"),
  workloadId: string,
  topic: string,
  description: optional(string),
  recordsPerSecond: optional(number),
  produced: number,
  bytes: optional(number),
  tombstones: optional(number),
  poisoned: optional(number),
  aborted: optional(number),
  running: boolean,
  error: optional(string),
});

export const wrongClock = object<WrongClock>({ nodeId: optional(number), aheadMs: number });

export const brokerTrouble = object<BrokerTrouble>({
  type: oneOf("broker.trouble"),
  kind: string,
  title: string,
  groupId: optional(string),
  topic: optional(string),
  partition: optional(number),
  memberId: optional(string),
  nodeId: optional(number),
  transactionalId: optional(string),
  nodesDown: list(number),
  wrongClocks: optional(list(wrongClock)),
  nodes: optional(nodes),
});

export const brokerDropped = object<BrokerDropped>({
  type: oneOf("broker.dropped"),
  topics: list(object<BrokerDropped["topics"][number]>({ topic: string, batches: number, records: number })),
});

export const brokerTransaction = object<BrokerTransaction>({
  type: oneOf("broker.transaction"),
  producerId: offset,
  producerEpoch: number,
  transactionalId: optional(string),
  state: oneOf(
    "Empty",
    "Ongoing",
    "PrepareCommit",
    "PrepareAbort",
    "CompleteCommit",
    "CompleteAbort",
    "Hanging",
  ),
  partitions: list(object<BrokerTransaction["partitions"][number]>({ topic: string, partition: number })),
  startedAt: optional(instant),
  firstOffset: optional(offset),
  timeoutMs: optional(number),
  reason: optional(string),
});

export const brokerMember = object<BrokerMember>({
  type: oneOf("broker.member"),
  name: string,
  groupId: string,
  sessionId: string,
  removed: boolean,
});

export const brokerClock = object<BrokerClock>({
  type: oneOf("broker.clock"),
  mode: oneOf("real", "paused", "fast"),
  now: instant,
  aheadMs: number,
  foreign: optional(string),
});

export const brokerInvariant = object<BrokerInvariant>({
  type: oneOf("broker.invariant"),
  rule: oneOf("oneOwner", "currentGeneration", "forwardCommit"),
  isBroken: boolean,
  groupId: string,
  topic: string,
  partition: number,
  generationId: number,
  memberIds: list(string),
  from: optional(offset),
  to: optional(offset),
});

export const brokerDelivery = object<BrokerDelivery>({
  type: oneOf("broker.delivery"),
  topic: string,
  partition: number,
  nodeId: number,
  clientId: string,
  isolation: oneOf("read_uncommitted", "read_committed"),
  fetchOffset: offset,
  problem: oneOf(
    "readElsewhere",
    "notTheLog",
    "leftOut",
    "withheld",
    "tooFar",
    "abortedNotTold",
    "committedToldAborted",
  ),
  offset,
});

export const recorderMerged = object<RecorderMerged>({
  type: oneOf("recorder.merged"),
  mergedSourceId: string,
  count: number,
  sinceAt: instant,
});
