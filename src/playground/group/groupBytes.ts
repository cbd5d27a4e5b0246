import type { ClassicGroup, ClassicMember } from "./classicGroup.ts";
import type { JoinEvent } from "./joinEvent.ts";

/** Kafka keeps a group as one record, of at most `message.max.bytes`; this holds us to about the same. */
const mostBytes = 1_048_588;

/** What names and lists cost beside their text. */
const overheadBytes = 64;

/** Whether the group stays small enough with what a member says when it joins, in place of what it said before. */
export function fitsInGroup(group: ClassicGroup, event: JoinEvent): boolean {
  let bytes = saidBy({ ...event, memberId: event.newMemberId });
  for (const member of group.members.values()) {
    if (member.memberId !== event.memberId) bytes += saidBy(member) + member.assignment.length;
  }
  return bytes <= mostBytes;
}

/** Whether a leader's assignments are small enough to be kept with what the members said. */
export function fitsAsAssignments(
  group: ClassicGroup,
  assignments: ReadonlyMap<string, Uint8Array>,
): boolean {
  let bytes = 0;
  for (const member of group.members.values()) bytes += saidBy(member);
  for (const assignment of assignments.values()) bytes += assignment.length;
  return bytes <= 2 * mostBytes;
}

type Said = Pick<ClassicMember, "memberId" | "clientId" | "groupInstanceId" | "protocols">;

function saidBy({ memberId, clientId, groupInstanceId, protocols }: Said): number {
  let bytes = overheadBytes + memberId.length + clientId.length + (groupInstanceId?.length ?? 0);
  for (const { name, metadata } of protocols) bytes += overheadBytes + name.length + metadata.length;
  return bytes;
}
