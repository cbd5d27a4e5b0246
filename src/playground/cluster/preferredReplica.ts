import type { Broker } from "../broker.ts";
import type { Topic } from "../log/topicStore.ts";
import type { ReplicaView } from "./replicaView.ts";

/**
 * The follower a consumer should read from because it stands in its rack, as Kafka's RackAwareReplicaSelector chooses
 * (KIP-392): in sync, with the offset the consumer is at, the one that got furthest. Undefined when the leader is as near.
 */
export function preferredReplica(
  broker: Broker,
  leader: { readonly topic: Topic; readonly replica: ReplicaView; readonly nodeId: number },
  consumer: { readonly rackId: string; readonly fetchOffset: bigint },
): number | undefined {
  if (!leader.replica.isLeader) return undefined;
  if (broker.cluster.byId(leader.nodeId)?.rack === consumer.rackId) return undefined;
  const { topic, replica } = leader;
  const { fetchOffset } = consumer;
  let chosen: { readonly nodeId: number; readonly logEndOffset: bigint } | undefined;
  for (const nodeId of broker.leadership.of(topic, replica.log).isr) {
    if (broker.cluster.reachable(nodeId)?.rack !== consumer.rackId) continue;
    const follower = broker.replicaOn(nodeId, topic, replica.log);
    if (!follower || follower.logEndOffset < fetchOffset || follower.logStartOffset > fetchOffset) continue;
    if (!chosen || follower.logEndOffset > chosen.logEndOffset)
      chosen = { nodeId, logEndOffset: follower.logEndOffset };
  }
  return chosen?.nodeId;
}
