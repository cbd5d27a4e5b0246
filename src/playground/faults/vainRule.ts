import { allApis } from "#protocol/apiRegistry.ts";
import type { Type } from "#protocol/schema/type.ts";
import { isField } from "#protocol/schema/type.ts";
import { type KafkaRelease, versionsIn } from "../versions/kafkaReleases.ts";
import type { FaultMatch, FaultRule, FieldValue } from "./faultRule.ts";
import { type PathStep, parseFieldPath } from "./fieldPath.ts";

/** What requests say of themselves, by API: a rule that asks for more than these never strikes. */
const apisWith: Readonly<Record<"topic" | "groupId" | "memberId", ReadonlySet<string>>> = {
  topic: new Set([
    "Produce",
    "Fetch",
    "ListOffsets",
    "Metadata",
    "OffsetCommit",
    "OffsetFetch",
    "CreateTopics",
    "DeleteTopics",
    "DeleteRecords",
    "OffsetForLeaderEpoch",
    "AddPartitionsToTxn",
    "WriteTxnMarkers",
    "TxnOffsetCommit",
    "DescribeConfigs",
    "AlterConfigs",
    "CreatePartitions",
    "IncrementalAlterConfigs",
    "OffsetDelete",
    "DescribeProducers",
    "DescribeTopicPartitions",
  ]),
  groupId: new Set([
    "OffsetCommit",
    "OffsetFetch",
    "FindCoordinator",
    "JoinGroup",
    "Heartbeat",
    "LeaveGroup",
    "SyncGroup",
    "DescribeGroups",
    "AddOffsetsToTxn",
    "TxnOffsetCommit",
    "DeleteGroups",
    "OffsetDelete",
    "ConsumerGroupHeartbeat",
    "ConsumerGroupDescribe",
  ]),
  memberId: new Set([
    "OffsetCommit",
    "JoinGroup",
    "Heartbeat",
    "LeaveGroup",
    "SyncGroup",
    "TxnOffsetCommit",
    "ConsumerGroupHeartbeat",
  ]),
};

/** As the broker calls them, of classic groups and of those of KIP-848. */
const groupStates: ReadonlySet<string> = new Set([
  "Empty",
  "PreparingRebalance",
  "CompletingRebalance",
  "Stable",
  "Dead",
  "Assigning",
  "Reconciling",
]);

/** Why a rule could never act on a broker of this release, each reason with the field it stands in: `match.api: …`. */
export function vainReasons(rule: FaultRule, release: KafkaRelease): readonly string[] {
  const { match, action } = rule;
  const named = typeof match.api === "string" ? [match.api] : (match.api ?? []);
  const unserved = named.filter((name) => versionsIn(release, name) === undefined);
  const reasons = [
    ...unserved.map((name) => `match.api: no broker of Kafka ${release} serves ${name}`),
    ...boundReasons(match),
    ...subjectReasons(match, named),
  ];
  if (unserved.length > 0) return reasons;
  if (action.kind === "corrupt" && named.length > 0 && !named.includes("Produce")) {
    reasons.push("action: only Produce brings batches to corrupt");
  }
  if (action.kind === "edit") {
    const reason = editReason(action, named, release);
    if (reason !== undefined) reasons.push(`action.path: ${reason}`);
  }
  return reasons;
}

function boundReasons({ minVersion, maxVersion, afterMs, untilMs, nth, everyNth }: FaultMatch): string[] {
  const reasons = [];
  if (minVersion !== undefined && maxVersion !== undefined && minVersion > maxVersion) {
    reasons.push(`match.minVersion: ${minVersion} is above maxVersion, ${maxVersion}`);
  }
  if (afterMs !== undefined && untilMs !== undefined && afterMs >= untilMs) {
    reasons.push(`match.afterMs: ${afterMs} is not before untilMs, ${untilMs}`);
  }
  if (nth !== undefined && everyNth !== undefined && nth % everyNth !== 0) {
    reasons.push(`match.nth: ${nth} is none of every ${everyNth}`);
  }
  return reasons;
}

function subjectReasons(match: FaultMatch, named: readonly string[]): string[] {
  const reasons = [];
  for (const field of ["topic", "groupId", "memberId"] as const) {
    const can = named.length === 0 || named.some((name) => apisWith[field].has(name));
    if (match[field] !== undefined && !can) {
      reasons.push(`match.${field}: ${named.join(", ")} names none`);
    }
  }
  if (match.groupState === undefined) return reasons;
  if (!groupStates.has(match.groupState)) {
    const known = Array.from(groupStates).join(", ");
    reasons.push(`match.groupState: "${match.groupState}" is no state of a group; there are ${known}`);
  } else if (named.length > 0 && !named.some((name) => apisWith.groupId.has(name))) {
    reasons.push(`match.groupState: ${named.join(", ")} names no group`);
  }
  return reasons;
}

/** Undefined when the path leads somewhere in the answer of one of the APIs. */
function editReason(
  { path, value }: { readonly path: string; readonly value: FieldValue },
  named: readonly string[],
  release: KafkaRelease,
): string | undefined {
  const steps = parseFieldPath(path);
  if (!steps.ok) return steps.error;
  const apis = allApis.filter(({ name }) =>
    named.length > 0 ? named.includes(name) : versionsIn(release, name) !== undefined,
  );
  let reason: string | undefined;
  for (const { name, response } of apis) {
    const problem = pathProblem(response, steps.value, value);
    if (problem === undefined) return undefined;
    reason ??= named.length > 0 ? `in the answer to ${name} ${problem}` : "no API has this in its answer";
  }
  return reason;
}

function pathProblem(type: Type, steps: readonly PathStep[], value: FieldValue): string | undefined {
  const [step, ...rest] = steps;
  const { shape } = type;
  if (step === undefined) return valueProblem(type, value);
  if (shape.kind === "nullable") return pathProblem(shape.type, steps, value);
  if ("index" in step) {
    if (shape.kind !== "array")
      return `there is no list where [${step.index === "all" ? "*" : step.index}] is`;
    return pathProblem(shape.element, rest, value);
  }
  const entry =
    shape.kind === "struct" && Object.hasOwn(shape.fields, step.field) ? shape.fields[step.field] : undefined;
  if (entry === undefined) {
    const known = shape.kind === "struct" ? `; there are ${Object.keys(shape.fields).join(", ")}` : "";
    return `there is no field ${step.field}${known}`;
  }
  return pathProblem(isField(entry) ? entry.type : entry, rest, value);
}

function valueProblem({ shape, zero }: Type, value: FieldValue): string | undefined {
  if (shape.kind === "nullable") return value === null ? undefined : valueProblem(shape.type, value);
  if (shape.kind !== "primitive") return "this is no single field";
  const text = JSON.stringify(value);
  switch (typeof zero) {
    case "number":
      return typeof value === "boolean" || value === null || value === "" || Number.isNaN(Number(value))
        ? `this is a number, not ${text}`
        : undefined;
    case "bigint":
      return /^-?\d{1,19}$/.test(String(value)) ? undefined : `this is a whole number, not ${text}`;
    case "boolean":
      return typeof value === "boolean" ? undefined : `this is true or false, not ${text}`;
    case "string":
      return value === null ? "this is a text, not null" : undefined;
    default:
      return "bytes cannot be set";
  }
}
