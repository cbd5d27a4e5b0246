import type { KnownErrorName } from "#protocol/errorCodes.ts";
import type { Broker } from "../broker.ts";
import type { Topic } from "../log/topicStore.ts";

/** Which nodes a client wants the replicas of each partition on. */
type Assignments = readonly { readonly partitionIndex: number; readonly brokerIds: readonly number[] }[];

/** Why replicas cannot be placed so, in Kafka's words; undefined when they can, or when nobody asked for it. */
export function assignmentProblem(
  broker: Broker,
  wanted: {
    readonly assignments: Assignments;
    readonly numPartitions: number;
    readonly replicationFactor: number;
  },
): { readonly error: KnownErrorName; readonly message: string } | undefined {
  const { assignments, numPartitions, replicationFactor } = wanted;
  if (assignments.length === 0) return undefined;
  if (numPartitions !== -1 || replicationFactor !== -1) {
    const field = replicationFactor === -1 ? "numPartitions" : "replicationFactor";
    const message = `A manual partition assignment was specified, but ${field} was not set to -1.`;
    return { error: "INVALID_REQUEST", message };
  }
  const message = sequenceProblem(assignments) ?? replicaProblem(broker, assignments);
  return message === undefined ? undefined : { error: "INVALID_REPLICA_ASSIGNMENT", message };
}

/** Why the replicas of partitions that are added cannot be placed so. */
export function addedAssignmentProblem(
  broker: Broker,
  assignments: Assignments,
  addedCount: number,
): string | undefined {
  if (assignments.length === addedCount) return replicaProblem(broker, assignments);
  return `Attempted to add ${addedCount} additional partition(s), but only ${assignments.length} assignment(s) were specified.`;
}

/** Puts partitions where a client wants them; the first node of each partition leads. */
export function placeAssigned(broker: Broker, topic: Topic, assignments: Assignments): void {
  for (const { partitionIndex, brokerIds } of assignments) {
    const log = topic.partitions[partitionIndex];
    if (log) broker.leadership.place(log, brokerIds);
  }
}

function sequenceProblem(assignments: Assignments): string | undefined {
  const indexes = new Set<number>();
  for (const { partitionIndex } of assignments) {
    if (indexes.has(partitionIndex)) return `Found multiple assignments for partition ${partitionIndex}.`;
    indexes.add(partitionIndex);
  }
  const isConsecutive = assignments.every((_, index) => indexes.has(index));
  return isConsecutive ? undefined : "partitions should be a consecutive 0-based integer sequence";
}

function replicaProblem(broker: Broker, assignments: Assignments): string | undefined {
  const factor = assignments[0]?.brokerIds.length ?? 0;
  for (const { brokerIds } of assignments) {
    if (brokerIds.length === 0) return "The manual partition assignment includes an empty replica list.";
    const unknown = brokerIds.find((nodeId) => !broker.cluster.byId(nodeId));
    if (unknown !== undefined) {
      return `The manual partition assignment includes broker ${unknown}, but no such broker is registered.`;
    }
    const twice = brokerIds.find((nodeId, at) => brokerIds.indexOf(nodeId) !== at);
    if (twice !== undefined) {
      return `The manual partition assignment includes the broker ${twice} more than once.`;
    }
    if (brokerIds.length !== factor) {
      return `The manual partition assignment includes a partition with ${brokerIds.length} replica(s), but this is not consistent with previous partitions, which have ${factor} replica(s).`;
    }
    if (!brokerIds.some((nodeId) => broker.cluster.isUp(nodeId))) {
      return "All brokers specified in the manual partition assignment for partition are fenced or in controlled shutdown.";
    }
  }
  return undefined;
}
