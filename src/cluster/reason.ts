import { BrokerError } from "#protocol/brokerError.ts";

/** A failure in one line for a row: Kafka's error name where a broker answered, else what went wrong. */
export function reasonOf(error: unknown): string {
  if (BrokerError.is(error)) return explain(error);
  return error instanceof Error ? error.message : String(error);
}

/** Kafka's error name of a failure, where a broker answered. */
export function errorCodeOf(error: unknown): string | undefined {
  return BrokerError.is(error) ? error.code : undefined;
}

function explain(error: BrokerError): string {
  switch (error.code) {
    case "GROUP_AUTHORIZATION_FAILED":
      return "Not authorized: the principal needs Describe on this group (GROUP_AUTHORIZATION_FAILED).";
    case "TOPIC_AUTHORIZATION_FAILED":
      return "Not authorized: the principal needs Describe on this topic (TOPIC_AUTHORIZATION_FAILED).";
    case "CLUSTER_AUTHORIZATION_FAILED":
      return "Not authorized: the principal needs Describe on the cluster (CLUSTER_AUTHORIZATION_FAILED).";
    case "GROUP_ID_NOT_FOUND":
      return "The group no longer exists (GROUP_ID_NOT_FOUND).";
    case "COORDINATOR_LOAD_IN_PROGRESS":
      return "The coordinator is still loading this group (COORDINATOR_LOAD_IN_PROGRESS).";
    case "COORDINATOR_NOT_AVAILABLE":
    case "NOT_COORDINATOR":
      return `The group's coordinator is moving (${error.code}); it is asked again with the next refresh.`;
    default:
      return `${error.api} answered ${error.code}.`;
  }
}
