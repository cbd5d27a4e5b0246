import { err, ok, type Result } from "#base/result.ts";
import type { At } from "./at.ts";
import {
  emptyConsumerGroup,
  type Group,
  leaveEpoch,
  type Outcome,
  type Refusal,
  staticLeaveEpoch,
} from "./consumerGroup.ts";
import type { ConsumerGroupSettings } from "./consumerGroupSettings.ts";
import { consumerHeartbeat } from "./consumerHeartbeat.ts";
import type { ConsumerHeartbeat, HeartbeatAnswer } from "./heartbeatRequest.ts";
import { consumerLeave } from "./removal.ts";
import { upgrade } from "./upgrade.ts";

/**
 * What a heartbeat of the new protocol does to whatever the group is now: who joins makes it a consumer group, of
 * nothing, of an empty group of the other kind, or of a classic group with its members; all others need one.
 */
export function consumerHeartbeatTo(
  group: Group | undefined,
  request: ConsumerHeartbeat,
  settings: ConsumerGroupSettings,
  at: At,
): Result<Outcome<HeartbeatAnswer>, Refusal> {
  const { groupId, memberEpoch } = request;
  if (group?.type === "consumer") {
    const leaves = memberEpoch === leaveEpoch || memberEpoch === staticLeaveEpoch;
    return leaves ? consumerLeave(group, request, at) : consumerHeartbeat(group, request, at);
  }
  if (memberEpoch !== 0) {
    const message =
      group === undefined
        ? `Consumer group ${groupId} not found.`
        : `Group ${groupId} is not a consumer group.`;
    return err({ error: "GROUP_ID_NOT_FOUND", message });
  }
  if (group === undefined || group.phase.state === "Empty") {
    return consumerHeartbeat(emptyConsumerGroup(groupId, settings, at.now), request, at);
  }
  const upgraded = upgrade(group, settings, at);
  if (!upgraded.ok) return upgraded;
  const outcome = consumerHeartbeat(upgraded.value.group, request, at);
  if (!outcome.ok) return outcome;
  return ok({
    ...outcome.value,
    effects: [...upgraded.value.effects, ...outcome.value.effects],
    quiet: false,
  });
}
