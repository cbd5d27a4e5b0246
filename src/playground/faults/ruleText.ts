import type { FaultAction, FaultMatch, FaultRule } from "./faultRule.ts";

/** The rule in words: `hold SyncGroup of billing`. */
export function ruleTitle(rule: FaultRule): string {
  if (rule.title !== undefined) return rule.title;
  const { match } = rule;
  const parts = [actionText(rule.action), `${apiText(match)}${versionText(match)}${countText(match)}`];
  if (match.groupId !== undefined) parts.push(`of ${match.groupId}`);
  if (match.memberId !== undefined) parts.push(`of member ${match.memberId}`);
  if (match.topic !== undefined) parts.push(`on ${match.topic}${partitionText(match.partition)}`);
  if (match.clientId !== undefined) parts.push(`from ${match.clientId}`);
  if (match.nodeId !== undefined) parts.push(`at node ${match.nodeId}`);
  if (match.groupState !== undefined) parts.push(`while ${match.groupState}`);
  if (match.afterMs !== undefined) parts.push(`after ${match.afterMs} ms`);
  if (match.untilMs !== undefined) parts.push(`until ${match.untilMs} ms`);
  return parts.join(" ");
}

function apiText({ api }: FaultMatch): string {
  if (api === undefined) return "any request";
  return typeof api === "string" ? api : api.join(", ");
}

function versionText({ minVersion, maxVersion }: FaultMatch): string {
  if (minVersion === undefined && maxVersion === undefined) return "";
  return minVersion === maxVersion ? ` v${minVersion}` : ` v${minVersion ?? 0}-${maxVersion ?? ""}`;
}

function countText({ nth, everyNth, probability }: FaultMatch): string {
  if (nth !== undefined) return ` no. ${nth}`;
  const every = everyNth === undefined ? "" : ` every ${everyNth}.`;
  return probability === undefined ? every : `${every} ${Math.round(probability * 100)} %`;
}

function partitionText(partition: number | undefined): string {
  return partition === undefined ? "" : `-${partition}`;
}

function actionText(action: FaultAction): string {
  switch (action.kind) {
    case "hold":
      return "hold";
    case "delay":
      return `delay by ${action.delayMs} ms`;
    case "error":
      return `answer ${action.code} to`;
    case "drop":
      return "never answer";
    case "cutConnection":
      return action.midFrame === true ? "cut the connection inside the answer to" : "cut the connection on";
    case "corrupt":
      return `corrupt (${action.how})`;
    case "repeat":
      return "carry out twice";
    case "partitionError":
      return `answer ${action.code} for the partition in`;
    case "omit":
      return "leave the partition out of the answer to";
    case "edit":
      return `answer ${action.path} = ${action.value} to`;
    case "throttle":
      return `throttle by ${action.throttleMs} ms`;
    case "duplicate":
      return "answer twice";
  }
}
