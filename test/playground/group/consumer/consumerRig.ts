import type { PlaygroundSettingsInput } from "#playground/settings.ts";
import { consumerGroupHeartbeat } from "#protocol/apis/consumerGroupHeartbeat.ts";
import { createPartitions } from "#protocol/apis/createPartitions.ts";
import { errorName } from "#protocol/errorCodes.ts";
import type { RawClient } from "../../rawClient.ts";
import { SimulatedPlayground } from "../../simulatedPlayground.ts";

type Partitions = Readonly<Record<string, readonly number[]>>;

/** What a member says beside who it is. */
export interface Said {
  readonly epoch?: number;
  readonly topics?: readonly string[] | null;
  readonly regex?: string | null;
  readonly owned?: Partitions | null;
  readonly instanceId?: string;
  readonly assignor?: string;
  readonly rebalanceTimeoutMs?: number;
  readonly version?: number;
}

/** What a heartbeat was answered with, topics by name. */
export interface Answer {
  readonly error: string;
  readonly message: string | null;
  readonly memberId: string | null;
  readonly epoch: number;
  readonly heartbeatIntervalMs: number;
  /** Undefined when the answer has none. */
  readonly assignment: Partitions | undefined;
}

/** A consumer group on a playground on virtual time, driven one heartbeat at a time. */
export class ConsumerRig {
  readonly simulated: SimulatedPlayground;
  readonly client: RawClient;

  private constructor(simulated: SimulatedPlayground, client: RawClient) {
    this.simulated = simulated;
    this.client = client;
  }

  /** With these topics and counts of partitions; targets are computed at once. */
  static async start(
    topics: Readonly<Record<string, number>> = { orders: 4 },
    settings: PlaygroundSettingsInput = {},
  ): Promise<ConsumerRig> {
    const simulated = await SimulatedPlayground.start({
      settings: { ...settings, consumerGroups: { assignmentIntervalMs: 0, ...settings.consumerGroups } },
    });
    const rig = new ConsumerRig(simulated, await simulated.connect());
    for (const [name, partitions] of Object.entries(topics)) rig.createTopic(name, partitions);
    return rig;
  }

  createTopic(name: string, partitions: number): void {
    this.simulated.playground.createTopic(name, { partitions });
  }

  addPartitions(name: string, count: number): Promise<unknown> {
    const topics = [{ name, count, assignments: null }];
    const request = { topics, timeoutMs: 1_000, validateOnly: false };
    return this.simulated.run(this.client.call(createPartitions, request));
  }

  /** Joins with everything a member says when it does. */
  join(memberId: string, said: Said = {}): Promise<Answer> {
    const topics = said.regex === undefined ? ["orders"] : [];
    return this.heartbeat(memberId, { epoch: 0, topics, owned: {}, rebalanceTimeoutMs: 5_000, ...said });
  }

  async heartbeat(memberId: string, said: Said): Promise<Answer> {
    const { version = 1, owned = null, epoch = 0 } = said;
    const response = await this.simulated.run(
      this.client.call(
        consumerGroupHeartbeat,
        {
          groupId: "billing",
          memberId,
          memberEpoch: epoch,
          instanceId: said.instanceId ?? null,
          rebalanceTimeoutMs: said.rebalanceTimeoutMs ?? -1,
          subscribedTopicNames: said.topics ?? null,
          ...(version >= 1 ? { subscribedTopicRegex: said.regex ?? null } : {}),
          serverAssignor: said.assignor ?? null,
          topicPartitions:
            owned &&
            Object.entries(owned).map(([name, partitions]) => ({ topicId: this.#idOf(name), partitions })),
        },
        { version, clientId: `client-${memberId}` },
      ),
    );
    const assigned = response.assignment?.topicPartitions.map(
      ({ topicId, partitions }) => [this.#nameOf(topicId), partitions] as const,
    );
    return {
      error: errorName(response.errorCode),
      message: response.errorMessage,
      memberId: response.memberId,
      epoch: response.memberEpoch,
      heartbeatIntervalMs: response.heartbeatIntervalMs,
      assignment: assigned && Object.fromEntries(assigned),
    };
  }

  /** Lets time pass. */
  async pass(ms: number): Promise<void> {
    await this.simulated.clock.advance(ms);
  }

  /** What the broker reported of the group last. */
  get described() {
    const described = this.simulated.of("group.described").at(-1);
    if (!described) throw new Error("no group was described");
    return described;
  }

  get gone() {
    return this.simulated
      .of("group.memberGone")
      .map(({ memberId, how, reason }) => ({ memberId, how, reason }));
  }

  #idOf(name: string): string {
    const topic = this.simulated.playground.topics().find((each) => each.topic === name);
    return topic?.topicId ?? name;
  }

  #nameOf(topicId: string): string {
    return this.simulated.playground.topics().find((each) => each.topicId === topicId)?.topic ?? topicId;
  }
}
