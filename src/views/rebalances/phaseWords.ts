import type { LanePhase } from "#model/memberLanes.ts";
import { durationText } from "#model/words.ts";
import type { Phase, RebalancesState } from "#webview/rebalances/contract.ts";

/** How a phase is drawn; undefined for what has no stretch of its own. */
export function drawnPhase(phase: LanePhase): Phase | undefined {
  switch (phase) {
    case "unjoined":
    case "away":
      return "unjoined";
    case "joining":
    case "joined":
      return "join";
    case "syncing":
    case "awaitingSync":
    case "awaitingRelease":
      return "sync";
    case "stable":
    case "seen":
    case "awaitingHeartbeat":
      return "stable";
    case "revoking":
      return "revoke";
    case "notRejoined":
      return "notRejoined";
    case "leaving":
      return "leave";
    case "fatal":
      return "fatal";
    case "unseen":
      return "unknown";
    case "direct":
    case "ended":
      return undefined;
  }
}

/** What stands in the segment. */
export function phaseText(phase: LanePhase, over: boolean): string {
  switch (phase) {
    case "unjoined":
      return "not in the group";
    case "away":
      return "away";
    case "awaitingRelease":
      return "waits for partitions";
    case "awaitingHeartbeat":
      return "not told yet";
    case "joining":
      return "join";
    case "joined":
      return "rejoined";
    case "syncing":
    case "awaitingSync":
      return "sync";
    case "stable":
    case "seen":
      return "stable";
    case "revoking":
      return "revoke";
    case "notRejoined":
      return over ? "did not rejoin" : "has not rejoined";
    case "leaving":
      return "leave";
    case "fatal":
      return "cannot go on";
    case "unseen":
      return "in the group";
    case "direct":
      return "reads without a group";
    case "ended":
      return "ended";
  }
}

/** What the phase means, in a sentence. */
export function phaseMeaning(phase: LanePhase): string {
  switch (phase) {
    case "unjoined":
      return "It is not a member now and reads nothing of the group.";
    case "away":
      return "A static member that left and said that it comes back: its partitions wait for it until its session is over.";
    case "awaitingRelease":
      return "It has the new epoch and reads what it has; the rest of its share is still with another member.";
    case "awaitingHeartbeat":
      return "It reads what it had; the coordinator has a new share for it and tells it with the answer to its next heartbeat.";
    case "joining":
      return "It has sent JoinGroup and waits for the coordinator, which waits until every member has rejoined or their time is up.";
    case "joined":
      return "It has sent JoinGroup; the coordinator holds the answer until the others have too.";
    case "syncing":
      return "It has joined the new generation and waits for its assignment (SyncGroup), which the group's leader must send.";
    case "awaitingSync":
      return "It has joined the new generation; the coordinator waits for SyncGroup.";
    case "stable":
      return "It has its assignment and reads.";
    case "seen":
      return "The coordinator told its assignment when it was asked; what happened between two questions is not known.";
    case "revoking":
      return "It gives up partitions: what was read of them is committed before another member may have them.";
    case "notRejoined":
      return "The group rebalances, and the coordinator has not had JoinGroup from this member: it is busy with records, or gone without leaving. The others wait.";
    case "leaving":
      return "It leaves the group.";
    case "fatal":
      return "It met an error it cannot recover from by itself.";
    case "unseen":
      return "It is a member, but a coordinator does not tell from outside what a member does while the group rebalances.";
    case "direct":
      return "It reads without a group.";
    case "ended":
      return "It has ended.";
  }
}

/** One line for a tooltip: `join · 2.1 s · generation 6 · heartbeat said REBALANCE_IN_PROGRESS`. */
export function phaseLine(of: {
  readonly text: string;
  readonly lastedMs: number;
  /** What its group counts. */
  readonly word: RebalancesState["generationWord"];
  readonly generationId: number | undefined;
  readonly reason: string | undefined;
}): string {
  const parts = [
    of.text,
    durationText(of.lastedMs),
    of.generationId === undefined ? undefined : `${of.word} ${of.generationId}`,
    of.reason,
  ];
  return parts.filter((part) => part !== undefined).join(" · ");
}
