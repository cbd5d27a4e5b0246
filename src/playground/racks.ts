/** Why nodes cannot stand in these racks, as the end of a sentence; undefined when they can. */
export function rackProblem(racks: readonly string[], nodes: number): string | undefined {
  const unnamed = racks.findIndex((rack) => rack.trim() === "");
  if (unnamed >= 0) return `rack ${unnamed + 1} of ${racks.length} has no name`;
  if (racks.length <= nodes) return undefined;
  return `there are ${racks.length} racks (${racks.join(", ")}) and ${nodes === 1 ? "1 node" : `${nodes} nodes`}`;
}

/** The rack of a node by its place among all, from 0: racks are given out in turn, so that each has about as many nodes. */
export function rackOf(racks: readonly string[], index: number): string | undefined {
  return racks.length === 0 ? undefined : racks[index % racks.length];
}
