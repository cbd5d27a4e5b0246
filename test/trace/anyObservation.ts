import fc from "fast-check";
import type { Observation, ObservationBody, ObservationType } from "#trace/observation.ts";

type BodyOf<Type extends ObservationType> = Extract<ObservationBody, { readonly type: Type }>;

// Few names and small numbers: what matters is that observations meet in the same groups, sessions and partitions.
const text = fc.constantFrom("orders", "payments", "a", "b|c", "$(error) **x**", "");
const id = fc.constantFrom("one", "two", "three");
const number = fc.integer({ min: 0, max: 1_000_000 });
const small = fc.integer({ min: 0, max: 5 });
const offset = fc.oneof(fc.bigInt({ min: 0n, max: 1_000n }), fc.constant(9_223_372_036_854_775_807n));
const flag = fc.boolean();
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const few = <T>(value: fc.Arbitrary<T>) => fc.array(value, { maxLength: 3 });
const topicPartition = { topic: text, partition: small };
const key = fc.record(topicPartition);
const sessionPartition = { sessionId: id, ...topicPartition };
const groupType = fc.constantFrom("classic", "consumer", "share", "streams", "unknown");
const state = fc.constantFrom(
  "Stable",
  "PreparingRebalance",
  "CompletingRebalance",
  "Empty",
  "Dead",
  "Reconciling",
);
const membership = fc.constantFrom(
  "direct",
  "unjoined",
  "joining",
  "syncing",
  "stable",
  "revoking",
  "leaving",
  "fatal",
  "ended",
);

const member = fc.record({
  memberId: id,
  clientId: text,
  host: text,
  groupInstanceId: maybe(text),
  assignors: maybe(few(text)),
  memberEpoch: maybe(small),
  subscribedTopics: maybe(few(text)),
  assigned: maybe(few(key)),
  targetAssigned: maybe(few(key)),
  owned: maybe(few(key)),
  phase: maybe(
    fc.constantFrom(
      "notRejoined",
      "joined",
      "awaitingSync",
      "stable",
      "revoking",
      "awaitingRelease",
      "awaitingHeartbeat",
      "away",
    ),
  ),
  isLeader: maybe(flag),
  sessionTimeoutMs: maybe(number),
  rebalanceTimeoutMs: maybe(number),
  lastHeartbeatAt: maybe(number),
  evictedAt: maybe(number),
});

const block = fc.oneof(
  fc.record({
    by: fc.constantFrom(
      "joinInFlight",
      "syncInFlight",
      "notJoined",
      "heartbeatInFlight",
      "coordinatorUnknown",
      "coordinatorLoading",
      "gateHeld",
      "callbackRunning",
      "notPolled",
    ),
    since: number,
  }),
  fc.record({ by: fc.constant("earlierCommit" as const), since: number, commitId: id }),
  fc.record({ by: fc.constant("throttled" as const), since: number, untilAt: number }),
);

const bodies: { readonly [Type in ObservationType]: fc.Arbitrary<Omit<BodyOf<Type>, "type">> } = {
  "session.started": fc.record({
    sessionId: id,
    name: text,
    clientId: text,
    groupId: maybe(id),
    groupInstanceId: maybe(text),
    topics: few(text),
    directPartitions: maybe(few(key)),
    assignors: few(text),
    isolation: fc.constantFrom("read_uncommitted", "read_committed"),
    startPosition: text,
    corruptBatchPolicy: fc.constantFrom("halt", "skip", "retry"),
    maxBufferedRecords: number,
    maxBufferedBytes: number,
    scripted: flag,
  }),
  "session.state": fc.record({
    sessionId: id,
    membership,
    since: number,
    memberId: maybe(id),
    generationId: maybe(small),
    assignor: maybe(text),
    coordinator: maybe(text),
    reason: maybe(text),
  }),
  "session.gate": fc.record({
    sessionId: id,
    held: flag,
    heldSince: maybe(number),
    records: maybe(small),
    waitingSince: maybe(number),
    reason: maybe(text),
    announcedAt: maybe(number),
    evictedAt: maybe(number),
  }),
  "session.callback": fc.record({
    sessionId: id,
    callback: fc.constantFrom("assigned", "revoked", "lost"),
    partitions: few(key),
    startedAt: number,
    endedAt: maybe(number),
    error: maybe(text),
  }),
  "session.pollMode": fc.record({
    sessionId: id,
    pollMode: fc.oneof(
      fc.record({ mode: fc.constantFrom("hold", "step") }),
      fc.record({ mode: fc.constant("flow" as const), recordsPerSecond: maybe(number) }),
    ),
  }),
  "session.delivered": fc.record({ sessionId: id, records: number, bytes: number }),
  "session.ended": fc.record({
    sessionId: id,
    reason: fc.constantFrom("stopped", "failed", "workerDied", "clusterRemoved"),
    message: maybe(text),
    couldNot: few(text),
  }),
  "group.listed": fc.record({
    requestedAt: number,
    groups: few(fc.record({ groupId: id, groupType, state: maybe(state), protocolType: maybe(text) })),
    missing: few(fc.record({ broker: text, reason: text })),
  }),
  "group.described": fc.record({
    groupId: id,
    groupType,
    state,
    stateSince: maybe(number),
    protocolType: maybe(text),
    assignor: maybe(text),
    generationId: maybe(small),
    groupEpoch: maybe(small),
    assignmentEpoch: maybe(small),
    coordinator: maybe(text),
    members: few(member),
    rebalanceReason: maybe(text),
    requestedAt: maybe(number),
  }),
  "group.memberGone": fc.record({
    groupId: id,
    memberId: id,
    how: fc.constantFrom("left", "evicted", "fenced"),
    reason: text,
  }),
  "group.memberPhase": fc.record({
    groupId: id,
    sessionId: id,
    memberId: maybe(id),
    clientId: text,
    phase: membership,
    generationId: maybe(small),
    assignor: maybe(text),
    rebalanceProtocol: maybe(fc.constantFrom("eager", "cooperative")),
    isLeader: maybe(flag),
    assigned: few(key),
    revoked: few(key),
    lost: few(key),
    assignments: maybe(few(fc.record({ memberId: id, assigned: few(key) }))),
    reason: maybe(text),
  }),
  "group.offsets": fc.record({
    groupId: id,
    offsets: few(
      fc.record({
        ...topicPartition,
        committedOffset: maybe(offset),
        leaderEpoch: maybe(small),
        metadata: maybe(text),
        error: maybe(text),
      }),
    ),
    requestedAt: maybe(number),
  }),
  "group.failed": fc.record({
    groupId: id,
    what: fc.constantFrom("describe", "offsets"),
    errorCode: maybe(text),
    message: text,
    requestedAt: number,
  }),
  "group.deleted": fc.record({ groupId: id }),
  "commit.state": fc.record({
    commitId: id,
    groupId: id,
    sessionId: maybe(id),
    memberId: maybe(id),
    clientId: maybe(text),
    generationId: maybe(small),
    trigger: fc.constantFrom("user", "auto", "revoke", "close", "foreign"),
    state: fc.constantFrom("queued", "blocked", "inFlight", "settled"),
    offsets: few(fc.record({ ...topicPartition, from: maybe(offset), to: offset, error: maybe(text) })),
    queuedAt: number,
    stateSince: number,
    sentAt: maybe(number),
    deadlineAt: maybe(number),
    blocked: maybe(block),
    outcome: maybe(fc.constantFrom("committed", "failed", "cancelled", "deadlinePassed", "released")),
    error: maybe(text),
    message: maybe(text),
    lateAnswer: maybe(fc.record({ at: number, error: maybe(text) })),
    heldByFaultId: maybe(id),
  }),
  "fetch.completed": fc.record({
    sessionId: id,
    nodeId: small,
    partitionsAsked: small,
    partitionsAnswered: small,
    bytes: number,
    tookMs: number,
    throttleTimeMs: number,
    fetchSessionId: maybe(small),
    error: maybe(text),
  }),
  "fetch.batchRejected": fc.record({
    ...sessionPartition,
    cause: fc.constantFrom(
      "length",
      "magic",
      "crc",
      "codecUnknown",
      "decompression",
      "recordCount",
      "recordLayout",
      "bomb",
    ),
    message: text,
    baseOffset: offset,
    lastOffset: maybe(offset),
    nextSafeOffset: maybe(offset),
    boundsTrusted: flag,
    boundsReason: text,
    recordCount: maybe(small),
    sizeInBytes: maybe(number),
    compression: maybe(text),
    leaderEpoch: maybe(small),
    crcStored: maybe(number),
    crcComputed: maybe(number),
    bytesId: maybe(id),
    action: fc.constantFrom("halted", "skipped", "retrying"),
    attempt: maybe(small),
    attempts: maybe(small),
    readFrom: maybe(small),
  }),
  "fetch.batchResolved": fc.record({
    ...sessionPartition,
    baseOffset: offset,
    how: fc.constantFrom("skipped", "readable", "seeked", "revoked", "closed"),
  }),
  "fetch.gap": fc.record({
    ...sessionPartition,
    reason: fc.constantFrom("corruptBatch", "userSkip"),
    fromOffset: offset,
    toOffset: offset,
  }),
  "fetch.positionReset": fc.record({
    ...sessionPartition,
    cause: fc.constantFrom("outOfRange", "noCommittedOffset", "truncation", "topicRecreated"),
    policy: text,
    fromOffset: maybe(offset),
    toOffset: offset,
    lostRecords: maybe(offset),
    lostFromOffset: maybe(offset),
    lostToOffset: maybe(offset),
    deliveredRecords: maybe(offset),
    skippedRecords: maybe(offset),
  }),
  "buffer.state": fc.record({
    ...sessionPartition,
    records: small,
    bytes: number,
    batches: small,
    pausedRecords: small,
    pausedBytes: number,
    released: maybe(
      fc.record({
        reason: fc.constantFrom(
          "polled",
          "revoked",
          "lost",
          "seeked",
          "closed",
          "rejected",
          "purged",
          "discarded",
        ),
        records: small,
        bytes: number,
      }),
    ),
  }),
  "position.state": fc.record({
    ...sessionPartition,
    state: fc.constantFrom("loading", "fetching", "errored"),
    paused: flag,
    position: maybe(offset),
    fetchPosition: maybe(offset),
    committedOffset: maybe(offset),
    highWatermark: maybe(offset),
    lastStableOffset: maybe(offset),
    logStartOffset: maybe(offset),
    leaderId: maybe(small),
    leaderEpoch: maybe(small),
    readReplicaId: maybe(small),
    highWatermarkAtPause: maybe(offset),
    error: maybe(fc.record({ code: text, message: text })),
  }),
  "position.removed": fc.record({
    ...sessionPartition,
    reason: fc.constantFrom("revoked", "lost", "closed", "unsubscribed"),
  }),
  "broker.started": fc.record({
    kafkaClusterId: text,
    nodes: few(fc.record({ nodeId: small, host: text, port: number, rack: maybe(text) })),
  }),
  "broker.stopped": fc.record({ reason: text }),
  "broker.fault": fc.record({
    faultId: id,
    kind: text,
    title: text,
    enabled: flag,
    removed: flag,
    hits: small,
    holding: small,
    since: number,
    groupId: maybe(id),
    topic: maybe(text),
    partition: maybe(small),
  }),
  "broker.workload": fc.record({
    workloadId: id,
    topic: text,
    recordsPerSecond: maybe(small),
    produced: number,
    running: flag,
    error: maybe(text),
  }),
  "broker.trouble": fc.record({
    kind: text,
    title: text,
    groupId: maybe(id),
    topic: maybe(text),
    partition: maybe(small),
    memberId: maybe(id),
    nodeId: maybe(small),
    nodesDown: few(small),
  }),
  "broker.transaction": fc.record({
    producerId: offset,
    producerEpoch: small,
    transactionalId: maybe(id),
    state: fc.constantFrom("Empty", "Ongoing", "PrepareCommit", "CompleteAbort", "Hanging"),
    partitions: few(fc.record({ topic: text, partition: small })),
    startedAt: maybe(number),
    timeoutMs: maybe(small),
    reason: maybe(text),
  }),
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
  "recorder.merged": fc.record({ mergedSourceId: id, count: small, sinceAt: number }),
};

/** Every type of observation, with and without everything that may be missing. */
const anyBody: fc.Arbitrary<ObservationBody> = fc.oneof(
  ...(Object.entries(bodies) as [ObservationType, fc.Arbitrary<object>][]).map(([type, body]) =>
    body.map((fields) => ({ type, ...fields }) as ObservationBody),
  ),
);

/** An observation of two clusters, by any source, at any time. */
export const anyObservation: fc.Arbitrary<Observation> = fc
  .tuple(
    fc.record({
      seq: number,
      at: number,
      sourceId: id,
      clusterId: fc.constantFrom("c1", "c2"),
      vantage: fc.constantFrom("member", "broker", "sampled"),
    }),
    anyBody,
  )
  .map(([envelope, body]) => ({ ...envelope, ...body }));
