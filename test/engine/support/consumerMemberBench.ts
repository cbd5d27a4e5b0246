import { sleep } from "#base/clock.ts";
import { seededRandom } from "#base/random.ts";
import { type TopicPartition, topicPartitionText } from "#base/topicPartition.ts";
import { ConsumerGroupMember } from "#engine/group/consumer/consumerGroupMember.ts";
import type { ConsumerIdentity } from "#engine/group/consumer/consumerRequests.ts";
import type { LeaveGroup } from "#engine/group/groupMemberPorts.ts";
import type { Membership } from "#engine/group/membership.ts";
import type { Cluster } from "#network/cluster.ts";
import type { ClusterMetadata } from "#network/clusterMetadata.ts";
import type {
  ConsumerGroupHeartbeatRequest,
  ConsumerGroupHeartbeatResponse,
} from "#protocol/apis/consumerGroupHeartbeat.ts";
import { errorCode, type KnownErrorName } from "#protocol/errorCodes.ts";
import { VirtualClock } from "../../support/virtualClock.ts";

/** A heartbeat as the coordinator got it. */
export type Beat = Partial<ConsumerGroupHeartbeatRequest> & { readonly at: number };

/** What the coordinator answers; an error of the transport rejects, nothing is an answer like the last one. */
export type Reply = Partial<ConsumerGroupHeartbeatResponse> | Error | undefined;

/** An answer with an error code. */
export function refusal(error: KnownErrorName): Reply {
  return { errorCode: errorCode(error) };
}

/** An answer that assigns partitions of topics by id. */
export function assigning(
  memberEpoch: number,
  topics: Readonly<Record<string, readonly number[]>>,
): Partial<ConsumerGroupHeartbeatResponse> {
  const topicPartitions = Object.entries(topics).map(([topicId, partitions]) => ({
    topicId,
    partitions: [...partitions],
  }));
  return { memberEpoch, assignment: { topicPartitions } };
}

/** A member of a consumer group whose coordinator says what the test wants, on virtual time. */
export class ConsumerMemberBench {
  readonly clock = new VirtualClock({ seed: 1 });
  readonly beats: Beat[] = [];
  /** What happened to partitions, in order. */
  readonly happened: string[] = [];
  readonly steps: Membership[] = [];
  readonly owned = new Map<string, TopicPartition>();
  /** Topics that metadata knows, by id. */
  readonly names = new Map<string, string>();
  readonly member: ConsumerGroupMember;
  /** How the coordinator answers; replaced by the test. */
  reply: (beat: Beat) => Reply = () => undefined;
  /** How long a request is on its way. */
  latencyMs = 0;
  /** How long giving up takes. */
  prepareMs = 0;
  forgotten = 0;
  refusal: string | undefined;
  #epoch = 1;

  constructor(identity: Partial<ConsumerIdentity> = {}) {
    this.member = new ConsumerGroupMember(
      {
        cluster: this.#cluster(),
        clock: this.clock,
        random: seededRandom(3),
        owned: () => Array.from(this.owned.values()),
        handover: {
          announced: () => {},
          prepare: async (partitions, { signal }) => {
            this.#note("prepare", partitions);
            const { promise, resolve } = Promise.withResolvers<void>();
            this.clock.schedule(this.prepareMs, resolve);
            signal.addEventListener("abort", () => resolve());
            await promise;
          },
          revoke: (partitions) => {
            this.#note("revoke", partitions);
            for (const key of partitions) this.owned.delete(topicPartitionText(key));
          },
          assign: (partitions, epoch) => {
            this.#note(`assign in ${epoch}`, partitions);
            for (const key of partitions) this.owned.set(topicPartitionText(key), key);
          },
          lose: (partitions) => {
            this.#note("lose", partitions);
            this.owned.clear();
          },
        },
        onCoordinator: () => {},
        onStep: (membership) => void this.steps.push(membership),
      },
      {
        groupId: "billing",
        groupInstanceId: undefined,
        topics: ["orders"],
        topicPattern: undefined,
        serverAssignor: undefined,
        rack: undefined,
        rebalanceTimeoutMs: 30_000,
        channel: "s-group",
        ...identity,
      },
    );
  }

  /** The member runs for so long. */
  async runs(ms: number): Promise<void> {
    if (this.steps.length === 0) void this.member.run().then((refused) => (this.refusal = refused));
    await this.clock.advance(ms);
  }

  /** Leaves; time passes meanwhile. */
  async leaves(leaveGroup: LeaveGroup = true): Promise<void> {
    const left = this.member.leave({ reason: "done", leaveGroup, timeoutMs: 1_000 });
    await this.clock.runUntil(left, { limitMs: 5_000 });
  }

  #note(what: string, partitions: readonly TopicPartition[]): void {
    this.happened.push(`${what}: ${partitions.map(topicPartitionText).join(" ")}`.trim());
  }

  #metadata(): ClusterMetadata {
    const topics = Array.from(
      this.names,
      ([topicId, topic]) =>
        [topic, { topic, topicId, isInternal: false, error: undefined, partitions: [] }] as const,
    );
    return {
      requestedAt: this.clock.now(),
      kafkaClusterId: "k",
      controllerId: 1,
      brokers: new Map(),
      topics: new Map(topics),
    };
  }

  #cluster(): Cluster {
    const none = () => ({ dispose: () => {} });
    const send = async (_route: unknown, api: { readonly name: string }, body: unknown) => {
      await sleep(this.clock, this.latencyMs);
      const answer = api.name === "Metadata" ? this.#topics(body) : this.#beat(body);
      if (answer instanceof Error) throw answer;
      return { version: 1, body: answer, nodeId: 1, broker: "b:9092", sentAt: this.clock.now() };
    };
    return {
      onMetadata: none,
      onRetry: none,
      onConnection: none,
      metadata: () => this.#metadata(),
      refreshMetadata: async () => this.#metadata(),
      send: send as Cluster["send"],
      coordinatorOf: async () => ({ nodeId: 1, host: "b", port: 9092 }),
      forgetCoordinator: () => {
        this.forgotten++;
      },
      leaderOf: () => 1,
      forgetLeader: () => {},
      learnLeader: () => false,
      supportedVersions: () => [0, 1],
      throttledUntil: () => undefined,
      close: () => {},
    };
  }

  #topics(body: unknown) {
    const { topics } = body as { readonly topics: readonly { readonly topicId: string }[] };
    return {
      topics: topics.map(({ topicId }) => {
        const name = this.names.get(topicId) ?? null;
        return { topicId, name, errorCode: name === null ? errorCode("UNKNOWN_TOPIC_ID") : 0 };
      }),
    };
  }

  #beat(body: unknown): ConsumerGroupHeartbeatResponse | Error {
    const beat = { ...(body as Partial<ConsumerGroupHeartbeatRequest>), at: this.clock.now() };
    this.beats.push(beat);
    const reply = this.reply(beat);
    if (reply instanceof Error) return reply;
    if (reply?.memberEpoch !== undefined) this.#epoch = reply.memberEpoch;
    return {
      throttleTimeMs: 0,
      errorCode: 0,
      errorMessage: null,
      memberId: beat.memberId ?? "",
      memberEpoch: this.#epoch,
      heartbeatIntervalMs: 1_000,
      assignment: null,
      ...reply,
    };
  }
}
