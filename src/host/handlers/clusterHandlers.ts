import { committedPartitions } from "#model/committedOffsets.ts";
import { groupView, visibleGroups } from "#model/groupView.ts";
import type { ClusterModel, GroupModel } from "#model/model.ts";
import { leaveGroup } from "#protocol/apis/leaveGroup.ts";
import { BrokerError } from "#protocol/brokerError.ts";
import { errorName } from "#protocol/errorCodes.ts";
import { ChannelError } from "../channel/channelError.ts";
import type { NotificationHandlers, RequestHandlers } from "../channel/channelServer.ts";
import type {
  ClusterNotifications,
  ClusterRequests,
  ClusterSummary,
  ConnectionReport,
  GroupSummary,
} from "../channel/clusterRequests.ts";
import { diagnose } from "../clusters/clusterDiagnosis.ts";
import { connectionSettings } from "../clusters/connectionSettings.ts";
import type { HostParts } from "../hostParts.ts";

/** Answers about clusters: what there is, connecting, topics, records. */
export function clusterRequests(parts: HostParts): RequestHandlers<ClusterRequests> {
  const { clusters, deps } = parts;
  return {
    "cluster.list": () => summaries(parts),

    "cluster.diagnose": async (each, { progress, signal }) => {
      const clusterName = each.profile.name;
      try {
        const settings = await connectionSettings(each, deps);
        const { ok, steps } = await diagnose(settings, deps, { onStep: progress, signal });
        return { clusterName, ok, steps };
      } catch (error) {
        if (!ChannelError.is(error, "REFUSED")) throw error;
        return { clusterName, ok: false, steps: [unreadable(error.message)] };
      }
    },
    "cluster.reconnect": async ({ clusterId }, { progress, signal }) => {
      const link = clusters.linkOf(clusterId);
      link.disconnect();
      const onAbort = () => link.disconnect("Connecting was cancelled.");
      signal.addEventListener("abort", onAbort, { once: true });
      try {
        const { ok, steps, failure } = await link.connect({ onStep: progress });
        const told = steps.length > 0 || ok ? steps : [unreadable(failure ?? "")];
        return { clusterName: clusters.nameOf(clusterId), ok, steps: told };
      } finally {
        signal.removeEventListener("abort", onAbort);
      }
    },
    "cluster.disconnect": ({ clusterId }) => clusters.linkOf(clusterId).disconnect(),
    "cluster.refresh": ({ clusterId }) => clusters.refresh(clusterId),

    "cluster.topics": async ({ clusterId }, { signal }) => {
      const client = await clusters.linkOf(clusterId).client();
      const { topics } = await client.refreshMetadata({ topics: "all", signal });
      return Array.from(topics.values(), ({ topic, partitions, isInternal }) => ({
        topic,
        partitions: partitions.length,
        isInternal,
      }));
    },
    "cluster.groups": async ({ clusterId }) => {
      const known = () => parts.presentation.of(clusterId).model.clusters.get(clusterId);
      // What the tree shows is fresh enough; who asks before it was ever shown waits for one round.
      if (known()?.groups.listedAt === undefined) await clusters.refresh(clusterId).catch(() => undefined);
      const cluster = known();
      return cluster ? visibleGroups(cluster).map((group) => groupSummary(cluster, group)) : [];
    },
    "cluster.createTopic": async ({ clusterId, topic, partitions, replicationFactor }, { signal }) => {
      const administration = await clusters.linkOf(clusterId).administration();
      await administration.createTopic({ topic, partitions, replicationFactor }, signal);
    },
    "cluster.produce": async ({ clusterId, topic, record }, { signal }) => {
      const administration = await clusters.linkOf(clusterId).administration();
      const [produced] = await administration.produce(
        {
          topic,
          partition: record.partition,
          compression: "none",
          records: [
            {
              key: record.key,
              value: record.value,
              headers: Object.fromEntries(record.headers.map(({ key, value }) => [key, value])),
            },
          ],
        },
        signal,
      );
      if (!produced)
        throw new ChannelError("FAILED", `The broker did not say where the record of ${topic} went.`);
      return { partition: produced.partition, offset: produced.baseOffset };
    },
    "group.removeMember": async ({ clusterId, groupId, memberId }, { signal }) => {
      const client = await clusters.linkOf(clusterId).client();
      const { body } = await client.send(
        { coordinator: groupId },
        leaveGroup,
        (version) => ({
          groupId,
          ...(version < 3
            ? { memberId }
            : { members: [{ memberId, reason: "removed by an administrator" }] }),
        }),
        { signal },
      );
      const code = body.members.find(({ errorCode }) => errorCode !== 0)?.errorCode ?? body.errorCode;
      if (code !== 0) throw new BrokerError(errorName(code), "LeaveGroup", memberId);
    },
  };
}

export function clusterNotifications({ clusters }: HostParts): NotificationHandlers<ClusterNotifications> {
  return { "cluster.profiles": (profiles) => clusters.setProfiles(profiles) };
}

/** A file of the profile could not be read, so nothing was tried. */
function unreadable(detail: string): ConnectionReport["steps"][number] {
  return { stage: "tls", tried: "the profile's files", outcome: "failed", detail };
}

function summaries({ presentation }: HostParts): readonly ClusterSummary[] {
  return presentation.all().flatMap(({ model }) =>
    Array.from(model.clusters.values())
      .filter(({ profile }) => profile !== undefined)
      .map(({ clusterId, profile, connection, playground }) => ({
        clusterId,
        name: profile?.name ?? clusterId,
        kind: profile?.kind ?? "cluster",
        state: playground.stopped ? "disconnected" : (connection?.state ?? "disconnected"),
        bootstrapServers: profile?.bootstrapServers ?? [],
      })),
  );
}

function groupSummary(cluster: ClusterModel, group: GroupModel): GroupSummary {
  const { groupId, state, groupType, members } = groupView(cluster, group);
  const read = [
    ...members.flatMap(({ assigned }) => assigned ?? []),
    ...committedPartitions(group.committed),
  ];
  return { groupId, state, groupType, topics: [...new Set(read.map(({ topic }) => topic))].toSorted() };
}
