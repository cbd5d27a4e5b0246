import type { CommitState } from "#trace/observations/commit.ts";
import { earlierText } from "./commitWords.ts";
import type { ClusterModel, GroupModel } from "./model.ts";
import type { Seen } from "./seen.ts";
import { durationText } from "./words.ts";

/** What a commit waits for now, in three lengths. */
export interface CommitHolder {
  readonly waitsFor: string;
  readonly reason: string;
  readonly sentence: string;
}

/** Who or what holds an open commit now. */
export function commitHolder(
  at: { readonly cluster: ClusterModel; readonly group: GroupModel; readonly now: number },
  commit: Seen<CommitState>,
): CommitHolder {
  if (commit.state === "inFlight") {
    return {
      waitsFor: "the coordinator's answer",
      reason: "the coordinator has not answered",
      sentence: `It was sent ${durationText(at.now - (commit.sentAt ?? commit.stateSince))} ago, and the coordinator has not answered.`,
    };
  }
  const block = commit.blocked;
  if (!block) {
    return {
      waitsFor: "its turn",
      reason: "it is queued",
      sentence: "It is queued and has not been looked at yet.",
    };
  }
  const since = durationText(at.now - block.since);
  switch (block.by) {
    case "joinInFlight":
      return {
        waitsFor: "join in progress",
        reason: "the group rebalances",
        sentence: `The group rebalances: JoinGroup has been in flight for ${since}, and a commit sent meanwhile would be refused.`,
      };
    case "syncInFlight":
      return {
        waitsFor: "sync in progress",
        reason: "the group waits for its assignment",
        sentence: `The members have joined; SyncGroup has been in flight for ${since}, and without its answer nobody knows who owns what.`,
      };
    case "notJoined":
      return {
        waitsFor: "membership",
        reason: "it is not a member of the group now",
        sentence: `It has not been a member of the group for ${since}, so it has no generation to commit with.`,
      };
    case "heartbeatInFlight":
      return {
        waitsFor: "its epoch",
        reason: "the coordinator called its epoch stale",
        sentence: `The coordinator has had this member in a newer epoch for ${since}; the next heartbeat's answer says which, and the commit goes out with that.`,
      };
    case "earlierCommit": {
      const earlier = earlierText(at.group, commit, block.commitId);
      return {
        waitsFor: earlier,
        reason: `${earlier} goes first`,
        sentence: `It stands behind ${earlier}, which is not answered; a later one must not overtake it.`,
      };
    }
    case "coordinatorUnknown":
      return {
        waitsFor: "a coordinator",
        reason: "the group's coordinator is not known",
        sentence: `Which broker coordinates the group has not been known for ${since}.`,
      };
    case "coordinatorLoading":
      return {
        waitsFor: "the coordinator to load",
        reason: "the coordinator is loading the group",
        sentence: `The coordinator has been reading the group's offsets from its log for ${since}, as after a restart or a move.`,
      };
    case "gateHeld":
      return {
        waitsFor: "allow rebalance",
        reason: "the rebalance gate is held",
        sentence: `The group rebalances, and this consumer holds it up: a poll's records have not been released for ${since}. Allow the rebalance.`,
      };
    case "callbackRunning":
      return {
        waitsFor: "a rebalance callback",
        reason: "a rebalance callback is running",
        sentence: `The group rebalances, and this consumer's own rebalance callback has been running for ${since}.`,
      };
    case "notPolled":
      return {
        waitsFor: "the next poll",
        reason: "it left the group because it did not poll",
        sentence: `It did not poll within max.poll.interval.ms and left the group ${since} ago; it joins again at its next poll.`,
      };
    case "throttled":
      return {
        waitsFor: "the throttle to end",
        reason: "the broker throttles this client",
        sentence: `The broker asked this client to wait for another ${durationText(block.untilAt - at.now)}.`,
      };
  }
}
