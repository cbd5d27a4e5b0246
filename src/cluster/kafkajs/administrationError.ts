import { BrokerError } from "#protocol/brokerError.ts";
import { reasonOf } from "../reason.ts";

/** Administration or producing failed; the message can be shown. `code` is Kafka's error name where a broker answered. */
export class AdministrationError extends Error {
  override readonly name = "AdministrationError";
  readonly code: string;

  constructor(code: string, message: string, options?: { readonly cause: unknown }) {
    super(message, options);
    this.code = code;
  }

  static is(error: unknown, ...codes: readonly string[]): error is AdministrationError {
    return error instanceof AdministrationError && (codes.length === 0 || codes.includes(error.code));
  }
}

/** What each answer means for somebody who manages topics or produces, and what to do. */
const ADVICE: ReadonlyMap<string, string> = new Map([
  ["TOPIC_ALREADY_EXISTS", "A topic of this name exists already."],
  ["INVALID_TOPIC_EXCEPTION", "The name may have letters, digits, '.', '_' and '-', 249 at most."],
  ["INVALID_REPLICATION_FACTOR", "There are fewer brokers than replicas were asked for."],
  ["INVALID_PARTITIONS", "The number of partitions must be 1 or more."],
  ["UNKNOWN_TOPIC_OR_PARTITION", "The topic or partition does not exist. Create it first."],
  ["TOPIC_AUTHORIZATION_FAILED", "The principal is not allowed to do this with the topic."],
  ["CLUSTER_AUTHORIZATION_FAILED", "The principal is not allowed to do this in the cluster."],
  ["TOPIC_DELETION_DISABLED", "The brokers run with delete.topic.enable=false."],
  ["POLICY_VIOLATION", "A policy of the brokers forbids it."],
  ["MESSAGE_TOO_LARGE", "The record is larger than the topic's max.message.bytes."],
  ["NOT_ENOUGH_REPLICAS", "Too few replicas are in sync; bring the other brokers back."],
]);

/** Any failure as one sentence of what could not be done, and why. */
export function explainFailure(error: unknown, doing: string): AdministrationError {
  if (AdministrationError.is(error)) return error;
  const code = codeOf(error);
  const why = ADVICE.get(code) ?? reasonOf(rootOf(error));
  return new AdministrationError(code, `Cannot ${doing}: ${why}${ADVICE.has(code) ? ` (${code})` : ""}`, {
    cause: error,
  });
}

/** kafkajs puts Kafka's name in `type`, wraps errors, and collects those of several topics in `errors`. */
function rootOf(error: unknown): unknown {
  if (typeof error !== "object" || error === null) return error;
  const { errors, cause } = error as { readonly errors?: readonly unknown[]; readonly cause?: unknown };
  if (errors && errors.length > 0) return rootOf(errors[0]);
  return cause instanceof Error && !BrokerError.is(error) ? rootOf(cause) : error;
}

function codeOf(error: unknown): string {
  const root = rootOf(error);
  if (BrokerError.is(root)) return root.code;
  const { type, code } = (root ?? {}) as { readonly type?: unknown; readonly code?: unknown };
  if (typeof type === "string") return type;
  return typeof code === "string" ? code : "FAILED";
}
