import type { Assignor } from "./assignor.ts";
import { cooperativeSticky } from "./cooperativeSticky.ts";
import { range } from "./range.ts";
import { kafkajsRoundRobin, roundRobin } from "./roundRobin.ts";
import { sticky } from "./sticky.ts";

/** Ours, in the order they are offered. */
export const assignors: readonly Assignor[] = [
  range,
  roundRobin,
  sticky,
  cooperativeSticky,
  kafkajsRoundRobin,
];
