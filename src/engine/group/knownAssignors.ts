import type { Assignor } from "#assignors/assignor.ts";
import { assignors } from "#assignors/assignors.ts";

/** Every assignor a consumer may name: ours, then those it was given. */
export function knownAssignors(custom: readonly Assignor[]): readonly Assignor[] {
  return [...assignors, ...custom];
}

/** The assignors of these names, in this order; a name that is not known is left out. */
export function chooseAssignors(names: readonly string[], custom: readonly Assignor[]): readonly Assignor[] {
  const known = knownAssignors(custom);
  return names.flatMap((name) => known.find((assignor) => assignor.name === name) ?? []);
}
