import type { GroupCoordinator } from "../group/groupCoordinator.ts";
import { PlaygroundError } from "../playgroundError.ts";

/**
 * Throws PlaygroundError for a group of KIP-848: its members never send this API of the classic protocol, so a rule that
 * holds it would hold nothing for ever.
 */
export function refuseConsumerGroup(
  groups: Pick<GroupCoordinator, "group">,
  groupId: string,
  api: "JoinGroup" | "SyncGroup",
): void {
  if (groups.group(groupId)?.type !== "consumer") return;
  throw new PlaygroundError(
    "NOT_POSSIBLE",
    `Holding ${api} does nothing to ${groupId}: it is a consumer group (KIP-848), and its members send ConsumerGroupHeartbeat instead. Freeze a member's heartbeats, or hold ConsumerGroupHeartbeat with a rule.`,
  );
}
