import { type Failure, type Outcome, type Step, simulate } from "./simulate.ts";

/** A failing run, and the fewest steps found that still break the same rule. */
export interface Shrunken {
  readonly steps: readonly Step[];
  readonly failure: Failure;
  /** How many runs it took. */
  readonly runs: number;
}

/**
 * Leaves out ever smaller parts of what a failing run did, for as long as the same rule is broken without them (delta
 * debugging). At most `maxRuns` runs are made.
 */
export async function shrink(
  { seed, steps, failure }: Outcome,
  maxRuns = 200,
): Promise<Shrunken | undefined> {
  if (!failure) return undefined;
  let best = { steps: foldWaits(steps), failure };
  let runs = 0;
  for (let size = Math.ceil(best.steps.length / 2); size > 0 && runs < maxRuns; ) {
    let isSmaller = false;
    for (let from = 0; from < best.steps.length && runs < maxRuns; runs++) {
      const fewer = without(best.steps, from, size);
      if (fewer.length === best.steps.length) {
        from += size;
        continue;
      }
      const outcome = await simulate(seed, fewer);
      if (outcome.failure?.rule === failure.rule) {
        best = { steps: fewer, failure: outcome.failure };
        isSmaller = true;
      } else {
        from += size;
      }
    }
    if (!isSmaller || size > best.steps.length) size = Math.floor(size / 2);
  }
  return { ...best, runs };
}

/** Time passes all the same when nothing is done: it belongs to the step before. */
function foldWaits(steps: readonly Step[]): readonly Step[] {
  const folded: Step[] = [];
  for (const step of steps) {
    const last = folded.at(-1);
    if (step.operation || !last) folded.push(step);
    else folded[folded.length - 1] = { ...last, waitMs: last.waitMs + step.waitMs };
  }
  return folded;
}

function without(steps: readonly Step[], from: number, count: number): readonly Step[] {
  const left = steps.slice(from, from + count);
  const waitMs = left.reduce((sum, step) => sum + step.waitMs, 0);
  return foldWaits([...steps.slice(0, from), { operation: undefined, waitMs }, ...steps.slice(from + count)]);
}
