import type { Broker } from "../broker.ts";
import type { BrokerNode } from "../cluster/clusterNodes.ts";
import type { Topic } from "../log/topicStore.ts";

/** Tells clients that asked the wrong node where to go instead of letting them ask around (KIP-951). */
export class LeaderHints {
  readonly #broker: Broker;
  readonly #named = new Map<number, BrokerNode>();

  constructor(broker: Broker) {
    this.#broker = broker;
  }

  /** Who leads the partition, for its part of the answer; undefined for a partition that is not. */
  leaderOf(topic: Topic | undefined, partition: number) {
    const log = topic?.partitions[partition];
    if (!topic || !log) return undefined;
    const { leaderId = -1, leaderEpoch } = this.#broker.leadership.of(topic, log);
    const node = this.#broker.cluster.reachable(leaderId);
    if (node) this.#named.set(leaderId, node);
    return { leaderId, leaderEpoch };
  }

  /** Where the leaders that were named are, for the answer as a whole. */
  get nodeEndpoints() {
    return Array.from(this.#named.values(), ({ nodeId, host, port, rack = null }) => ({
      nodeId,
      host,
      port,
      rack,
    }));
  }
}
