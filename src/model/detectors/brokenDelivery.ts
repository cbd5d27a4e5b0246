import { topicPartitionText } from "#base/topicPartition.ts";
import type { BrokerDelivery } from "#trace/observations/broker.ts";
import { type Finding, type FindingSubject, findingId } from "../finding.ts";
import { groupView } from "../groupView.ts";
import type { ClusterModel } from "../model.ts";

/** Fetch answers of the playground that were not what its log holds: a defect of ours, never of the consumer. */
export function findBrokenDeliveries(cluster: ClusterModel): readonly Finding[] {
  const { clusterId, playground } = cluster;
  return playground.brokenDeliveries.map((broken) => {
    const { topic, partition, clientId, nodeId, isolation, fetchOffset, problem, offset, at } = broken;
    const name = topicPartitionText(broken);
    const client = clientId === "" ? "a client without a name" : clientId;
    return {
      id: findingId("brokenInvariant", clusterId, "delivery", topic, partition, clientId, problem),
      clusterId,
      kind: "brokenInvariant",
      severity: "error",
      title: `The playground handed out something else of ${name} than it holds`,
      detail: `${shortText(problem)} at offset ${offset}, to ${client}`,
      cause: `What consumers are given of a partition must be its log, less what was aborted when they read committed. Node ${nodeId} answered a Fetch of ${client} otherwise: ${longText(problem)}. That is a defect of the playground, not of the consumer: what this consumer does from offset ${offset} on is no evidence against it. Save a trace and report it.`,
      evidence: [
        { label: "seen", value: "by the broker", at },
        { label: "fetched from", value: String(fetchOffset) },
        { label: "isolation", value: isolation },
        { label: "wrong from", value: String(offset) },
      ],
      since: at,
      subjects: [{ kind: "cluster" }, ...readersOf(cluster, broken)],
      remedies: [],
    } satisfies Finding;
  });
}

/** The groups in which this client has the partition: their rows are where a user looks. */
function readersOf(
  cluster: ClusterModel,
  { topic, partition, clientId }: Pick<BrokerDelivery, "topic" | "partition" | "clientId">,
): readonly FindingSubject[] {
  return [...cluster.groups.byId.values()].flatMap((group) => {
    const has = groupView(cluster, group).members.some(
      (member) =>
        member.clientId === clientId &&
        member.assigned?.some((each) => each.topic === topic && each.partition === partition),
    );
    return has ? [{ kind: "groupPartition", groupId: group.groupId, topic, partition } as const] : [];
  });
}

function shortText(problem: BrokerDelivery["problem"]): string {
  switch (problem) {
    case "readElsewhere":
      return "read from elsewhere";
    case "notTheLog":
      return "a batch is missing or there twice";
    case "leftOut":
      return "the log lost a batch";
    case "withheld":
      return "what is there was withheld";
    case "tooFar":
      return "more than may be seen yet";
    case "abortedNotTold":
      return "an aborted transaction was not named";
    case "committedToldAborted":
      return "a committed transaction was named as aborted";
  }
}

function longText(problem: BrokerDelivery["problem"]): string {
  switch (problem) {
    case "readElsewhere":
      return "its fetch session was served from another offset than the client gave (KIP-227)";
    case "notTheLog":
      return "the bytes are not those of the next batch of the log, so one is missing, or there twice";
    case "leftOut":
      return "the log itself lacks a batch, although it was never compacted";
    case "withheld":
      return "it ended although the next batch was there, could be seen, and had room (KIP-74)";
    case "tooFar":
      return "it has a batch beyond the high watermark, or beyond the last stable offset for who reads committed (KIP-98)";
    case "abortedNotTold":
      return "the list of aborted transactions lacks one, so its records are taken for committed (KIP-98)";
    case "committedToldAborted":
      return "the list of aborted transactions makes the client leave out committed records (KIP-98)";
  }
}
