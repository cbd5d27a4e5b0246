import { type Clock, withDeadline } from "#base/clock.ts";
import type { TopicPartition } from "#base/topicPartition.ts";
import type { ConsumerOptions } from "./consumerOptions.ts";
import { errorText } from "./engineError.ts";
import type { LeaveGroup } from "./group/groupMemberPorts.ts";
import type { GroupParts } from "./groupParts.ts";

/** How to end a session. */
export interface CloseOrder {
  readonly deadlineMs: number;
  readonly leaveGroup: LeaveGroup;
  /** True: everything that poll returned is committed first. With auto-commit or commit on revoke that is so anyway. */
  readonly commit?: boolean | undefined;
  readonly reason: string;
}

/** What a session has with its group when it ends. */
interface Leaver {
  readonly clock: Clock;
  readonly options: ConsumerOptions;
  readonly group: GroupParts;
  readonly owned: () => readonly TopicPartition[];
  /** The application has heard that its partitions go: it commits nothing more. */
  readonly onToldRevoked: () => void;
}

/**
 * Ends what a session has with its group: callbacks, commits, and the membership, each with a part of the time there is.
 * Never rejects; gives what could not be done in good order, in words.
 */
export async function leaveInOrder(order: CloseOrder, leaver: Leaver): Promise<readonly string[]> {
  const { clock, group, onToldRevoked } = leaver;
  const { deadlineMs, leaveGroup, reason } = order;
  const deadlineAt = clock.now() + deadlineMs;
  const couldNot: string[] = [];
  group.pollWatch?.close();
  couldNot.push(...(await finishCallbacks(leaver, clock.now() + deadlineMs / 3)));
  onToldRevoked();
  couldNot.push(...(await finishCommits(leaver, clock.now() + (deadlineAt - clock.now()) / 2, order)));
  try {
    const timeoutMs = Math.max(0, deadlineAt - clock.now());
    await group.member?.leave({ reason, leaveGroup, timeoutMs });
  } catch (failure) {
    couldNot.push(`leave the group: ${errorText(failure)}; it will notice when the session timeout passes`);
  }
  return couldNot;
}

/** The application hears that its partitions go, while they are still its own. */
async function finishCallbacks(
  { clock, group, owned }: Leaver,
  deadlineAt: number,
): Promise<readonly string[]> {
  if (!group.member) return [];
  group.gate.ending();
  const told = withDeadline(clock, group.handover.tellRevoked(owned()), {
    what: "the rebalance callbacks",
    deadlineAt,
  });
  return await told.then(
    () => [],
    () => ["wait for a rebalance callback, which still runs"],
  );
}

/** With auto-commit everything delivered counts as processed now; commits that wait get some time. */
async function finishCommits(
  { clock, options, group }: Leaver,
  deadlineAt: number,
  { commit }: CloseOrder,
): Promise<readonly string[]> {
  const { committer, autoCommit } = group;
  const isDue = commit === true || autoCommit !== undefined || options.commitOnRevoke;
  const offsets = isDue ? committer.uncommitted() : [];
  const own =
    offsets.length > 0
      ? committer.submit({ offsets, trigger: "close", deadlineMs: deadlineAt - clock.now() }).result
      : undefined;
  const waiting = committer.settled();
  const couldNot: string[] = [];
  // Ours settles by the deadline; whatever else is under way has as long, and no longer.
  const ours = await own;
  const results = await withDeadline(clock, waiting, { what: "commits", deadlineAt }).catch(() => {
    couldNot.push("wait for the commits that were under way");
    return ours ? [ours] : [];
  });
  for (const result of results) {
    if (result.outcome !== "committed")
      couldNot.push(`commit: ${result.message ?? result.error ?? result.outcome}`);
  }
  return couldNot;
}
