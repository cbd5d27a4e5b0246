import type { Assignor } from "./assignor.ts";
import { cooperativeSticky } from "./cooperativeSticky.ts";
import { range } from "./range.ts";

const assignors: readonly Assignor[] = [range, cooperativeSticky];

/** The assignor that votes with `name`, or undefined when there is none of ours. */
export function assignorByName(name: string): Assignor | undefined {
  return assignors.find((assignor) => assignor.name === name);
}

/** The names a debug consumer may choose from, in the order they are offered. */
export const assignorNames: readonly string[] = assignors.map((assignor) => assignor.name);
