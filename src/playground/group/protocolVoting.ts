import { type ClassicGroup, type ClassicMember, type JoinProtocol, noBytes } from "./classicGroup.ts";

/** Whether a member that offers these protocols could be in the group: one of them must suit all. */
export function supportsProtocols(
  group: ClassicGroup,
  protocolType: string,
  protocols: readonly JoinProtocol[],
): boolean {
  if (protocolType === "" || protocols.length === 0) return false;
  if (group.members.size === 0) return true;
  if (group.protocolType !== protocolType) return false;
  const common = commonProtocols(group);
  return protocols.some(({ name }) => common.has(name));
}

/**
 * The protocol of the next generation: each member votes for the first of its own that all support. On a tie the
 * leader's preference decides, so that the outcome does not depend on hash order as Kafka's does.
 */
export function selectProtocol(group: ClassicGroup): string | undefined {
  const common = commonProtocols(group);
  const votes = new Map<string, number>();
  for (const member of group.members.values()) {
    const choice = member.protocols.find(({ name }) => common.has(name))?.name;
    if (choice !== undefined) votes.set(choice, (votes.get(choice) ?? 0) + 1);
  }
  const leader = group.leaderId === undefined ? undefined : group.members.get(group.leaderId);
  const preference = [...(leader?.protocols.map(({ name }) => name) ?? []), ...votes.keys()];
  let best: string | undefined;
  for (const name of preference) {
    const count = votes.get(name) ?? 0;
    if (count > (best === undefined ? 0 : (votes.get(best) ?? 0))) best = name;
  }
  return best;
}

/** Whether the member offers exactly these protocols with exactly this metadata. */
export function offersSame(member: ClassicMember, protocols: readonly JoinProtocol[]): boolean {
  return (
    member.protocols.length === protocols.length &&
    member.protocols.every((mine, index) => {
      const other = protocols[index];
      return other !== undefined && other.name === mine.name && sameBytes(mine.metadata, other.metadata);
    })
  );
}

export function metadataFor(member: ClassicMember, protocolName: string | undefined): Uint8Array {
  return member.protocols.find(({ name }) => name === protocolName)?.metadata ?? noBytes;
}

function commonProtocols(group: ClassicGroup): ReadonlySet<string> {
  const counts = new Map<string, number>();
  for (const member of group.members.values()) {
    for (const name of new Set(member.protocols.map((protocol) => protocol.name))) {
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  const common = new Set<string>();
  for (const [name, count] of counts) if (count === group.members.size) common.add(name);
  return common;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
