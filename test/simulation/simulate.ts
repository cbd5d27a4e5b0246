import { stringifyWithBigints } from "#base/json.ts";
import { randomInt } from "#base/random.ts";
import { metIn } from "./coverage.ts";
import { chooseOperation, type Operation } from "./operations.ts";
import { performOperation } from "./performOperation.ts";
import { chance, type Profile, pick } from "./profile.ts";
import { checkRates } from "./rates.ts";
import { checkAll, closeDown, settle } from "./settle.ts";
import { World } from "./world.ts";

/** What one seed led to. */
export interface Outcome {
  readonly seed: number;
  /** Of everything observed: the same for the same seed, always. */
  readonly digest: string;
  readonly profile: Profile;
  readonly events: number;
  readonly virtualMs: number;
  readonly deliveries: number;
  readonly observations: number;
  /** What the run met, in a few words each. */
  readonly met: ReadonlySet<string>;
  /** Everything that is needed to understand what went wrong; undefined when nothing did. */
  readonly failure: string | undefined;
}

/** Runs one seed from the first member to the last timer. Never throws for what the run found. */
export async function simulate(seed: number): Promise<Outcome> {
  const world = new World(seed);
  const done: { readonly at: number; readonly operation: Operation }[] = [];
  let failure: string | undefined;
  try {
    await run(world, done);
  } catch (cause) {
    failure = describeFailure(world, seed, done, cause);
  }
  return {
    seed,
    digest: world.trace.digest(),
    profile: world.profile,
    events: world.clock.steps,
    virtualMs: world.clock.now() - world.startMs,
    deliveries: world.ledger.deliveries,
    observations: world.trace.observations.length,
    met: metIn(world.trace.observations),
    failure,
  };
}

async function run(world: World, done: { at: number; operation: Operation }[]): Promise<void> {
  const { random, clock, profile } = world;
  await world.start();
  world.addMember(false);
  for (let step = 0; step < profile.steps; step++) {
    const operation = chooseOperation(world);
    if (operation) {
      done.push({ at: clock.now() - world.startMs, operation });
      await performOperation(world, operation);
    }
    await clock.advance(chance(random, 0.3) ? 0 : randomInt(random, pick(random, [5, 50, 500, 3_000])));
    checkAll(world);
  }
  await settle(world);
  checkRates(world);
  await closeDown(world);
}

function describeFailure(
  world: World,
  seed: number,
  done: readonly { readonly at: number; readonly operation: Operation }[],
  cause: unknown,
): string {
  const text =
    cause instanceof Error ? `${cause.message}\n${isPlain(cause) ? "" : cause.stack}` : String(cause);
  const members = world.members.map(({ options }) => `  ${stringifyWithBigints(options)}`);
  const operations = done.map(
    ({ at, operation }) => `  ${String(at).padStart(7)} ms  ${stringifyWithBigints(operation)}`,
  );
  return [
    `seed ${seed}: ${text}`,
    `repeat: npm run simulate -- --seeds 1 --from ${seed}`,
    `profile: ${stringifyWithBigints(world.profile)}`,
    "members:",
    ...members,
    "operations:",
    ...operations,
    "waiting:",
    ...world.orders.describe().map((line) => `  ${line}`),
    "trace, its end:",
    ...world.trace.tail(60, world.startMs).map((line) => `  ${line}`),
  ].join("\n");
}

/** Its message says everything, and its stack would only name our own checks. */
function isPlain(error: Error): boolean {
  return error.name === "Violation" || error.name === "SimulationError";
}
