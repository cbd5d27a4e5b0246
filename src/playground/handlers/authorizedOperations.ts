/** Kafka's "was not asked for". */
const notAsked = -2147483648;

/** Numbers of `AclOperation` that exist for a kind of resource. */
const operations = {
  read: 3,
  write: 4,
  create: 5,
  delete: 6,
  alter: 7,
  describe: 8,
  clusterAction: 9,
  describeConfigs: 10,
  alterConfigs: 11,
  idempotentWrite: 12,
} as const;

type Operation = keyof typeof operations;

/** What may be done with a group. */
export const groupOperations: readonly Operation[] = [
  "read",
  "delete",
  "describe",
  "describeConfigs",
  "alterConfigs",
];

/** What may be done with a topic. */
export const topicOperations: readonly Operation[] = [
  "read",
  "write",
  "create",
  "delete",
  "alter",
  "describe",
  "describeConfigs",
  "alterConfigs",
];

/** What may be done with the cluster. */
export const clusterOperations: readonly Operation[] = [
  "create",
  "alter",
  "describe",
  "clusterAction",
  "describeConfigs",
  "alterConfigs",
  "idempotentWrite",
];

/** The bit field of KIP-430: without an authorizer everything is allowed. */
export function allowedOperations(isAsked: boolean, allowed: readonly Operation[]): number {
  return isAsked ? allowed.reduce((bits, operation) => bits | (1 << operations[operation]), 0) : notAsked;
}
