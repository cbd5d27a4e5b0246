import type { Cluster } from "#network/cluster.ts";
import { listGroups } from "#protocol/apis/listGroups.ts";
import { throwIfError } from "#protocol/brokerError.ts";
import type { GroupType } from "#trace/observations/group.ts";
import { reasonOf } from "../reason.ts";

/** One group of a listing, and the broker that coordinates it. */
export interface ListedGroup {
  readonly groupId: string;
  readonly groupType: GroupType;
  readonly state: string | undefined;
  readonly protocolType: string | undefined;
  readonly coordinatorId: number;
}

/** The groups of a cluster, as far as its brokers answered. */
export interface GroupListing {
  readonly groups: readonly ListedGroup[];
  /** Brokers that did not answer: their groups are unknown, not gone. */
  readonly missing: readonly { readonly broker: string; readonly reason: string }[];
}

/**
 * All groups of the cluster: every broker lists those it coordinates, so every broker is asked.
 * Types need ListGroups v5 (Kafka 3.8), states v4 (KIP-518); older brokers know classic groups only.
 */
export async function listAllGroups(client: Cluster, signal?: AbortSignal): Promise<GroupListing> {
  const groups: ListedGroup[] = [];
  const missing: { broker: string; reason: string }[] = [];

  await Promise.all(
    Array.from(client.metadata()?.brokers.values() ?? [], async (broker) => {
      try {
        const { body } = await client.send({ node: broker.nodeId }, listGroups, {}, { signal });
        throwIfError(listGroups, body.errorCode);
        for (const group of body.groups) {
          groups.push({
            groupId: group.groupId,
            groupType: groupTypeOf(group.groupType, group.protocolType),
            state: group.groupState === "" ? undefined : group.groupState,
            protocolType: group.protocolType === "" ? undefined : group.protocolType,
            coordinatorId: broker.nodeId,
          });
        }
      } catch (error) {
        signal?.throwIfAborted();
        missing.push({ broker: `${broker.host}:${broker.port}`, reason: reasonOf(error) });
      }
    }),
  );
  // While a group moves, two brokers may list it; asking twice for one group helps nobody.
  const distinct = new Map(groups.map((group) => [group.groupId, group]));
  const sorted = Array.from(distinct.values()).sort((a, b) => (a.groupId < b.groupId ? -1 : 1));
  return { groups: sorted, missing };
}

/** The group's type as a broker writes it; before v5 the answer has none, and the protocol type tells. */
function groupTypeOf(groupType: string, protocolType: string): GroupType {
  switch (groupType.toLowerCase()) {
    case "classic":
    case "consumer":
    case "share":
    case "streams":
      return groupType.toLowerCase() as GroupType;
    case "":
      return protocolType === "share" ? "share" : "classic";
    default:
      return "unknown";
  }
}
