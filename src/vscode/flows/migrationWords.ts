import type { MigrationStep, ScriptedMemberSummary } from "#host/channel/playgroundRequests.ts";

/** `cooperative-sticky, then range` */
function offered(protocol: string): string {
  return protocol.replace(", ", ", then ");
}

/** How far a migration is, and what it waits for where that is the clock. */
export function stepText(step: MigrationStep): string {
  const { name, protocol, round, member, members, waitsForClock } = step;
  const place = `round ${round} of 2, member ${member} of ${members}`;
  return waitsForClock
    ? `waits, as the playground's clock is paused (${place}: ${name})`
    : `${place}: ${name} comes back with ${offered(protocol)}`;
}

/** In which state a group is left by a migration that was stopped, and what that means. */
export function stoppedText(
  groupId: string,
  goal: string,
  {
    members,
    last,
  }: {
    readonly members: readonly Pick<ScriptedMemberSummary, "name" | "protocol">[];
    /** Who was being restarted. */
    readonly last: Pick<MigrationStep, "name" | "protocol"> | undefined;
  },
): string {
  // Who has begun to leave leaves, and comes back.
  const returning = last && !members.some(({ name }) => name === last.name) ? last : undefined;
  const byProtocol = Map.groupBy(members, ({ protocol }) => protocol);
  const said = [...byProtocol].map(([protocol, those]) => {
    const names = those.map(({ name }) => name).join(", ");
    return `${names} ${those.length === 1 ? "offers" : "offer"} ${offered(protocol)}`;
  });
  if (returning) said.unshift(`${returning.name} will come back with ${offered(returning.protocol)}`);
  const all = returning ? [...members, returning] : members;
  const common = inCommon(all.map(({ protocol }) => protocol.split(", ")));
  const meaning =
    common.length === 0
      ? "They have no assignor in common, so not all can be in the group."
      : `The group goes on with what all offer: ${common.join(" or ")}.`;
  return `The migration of ${groupId} to ${goal} was stopped half way. ${said.join("; ")}. ${meaning}`;
}

function inCommon(lists: readonly (readonly string[])[]): readonly string[] {
  const [first = [], ...others] = lists;
  return first.filter((each) => others.every((list) => list.includes(each)));
}
