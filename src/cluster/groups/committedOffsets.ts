import type { Cluster } from "#network/cluster.ts";
import { offsetFetch } from "#protocol/apis/offsetFetch.ts";
import { throwIfError } from "#protocol/brokerError.ts";
import { errorName } from "#protocol/errorCodes.ts";
import type { GroupOffsets } from "#trace/observations/group.ts";
import { describedIn } from "./describedIn.ts";

/** v8 asks for several groups; v10 answers with topic ids, which only add a look-up here. */
const FIRST_BATCHED_VERSION = 8;
const LAST_VERSION_WITH_NAMES = 9;

/** All offsets that a group has committed; a partition that is not in the answer has none. */
export async function fetchCommittedOffsets(
  client: Cluster,
  group: { readonly groupId: string; readonly coordinatorId: number },
  signal?: AbortSignal,
): Promise<GroupOffsets["offsets"]> {
  const { version, body } = await client.send(
    { node: group.coordinatorId },
    offsetFetch,
    {
      groupId: group.groupId,
      topics: null,
      groups: [{ groupId: group.groupId, memberId: null, memberEpoch: -1, topics: null }],
      requireStable: false,
    },
    { signal, versions: [2, LAST_VERSION_WITH_NAMES] },
  );

  if (version < FIRST_BATCHED_VERSION) throwIfError(offsetFetch, body.errorCode);
  const { topics } =
    version < FIRST_BATCHED_VERSION ? body : describedIn(offsetFetch, body.groups, group.groupId);
  return topics.flatMap(({ name, partitions }) =>
    partitions.map((partition) => ({
      topic: name,
      partition: partition.partitionIndex,
      committedOffset: partition.committedOffset < 0n ? undefined : partition.committedOffset,
      leaderEpoch: partition.committedLeaderEpoch < 0 ? undefined : partition.committedLeaderEpoch,
      metadata: partition.metadata ?? undefined,
      error: partition.errorCode === 0 ? undefined : errorName(partition.errorCode),
    })),
  );
}
