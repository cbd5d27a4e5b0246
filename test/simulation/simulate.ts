import { stringifyWithBigints } from "#base/json.ts";
import { randomInt } from "#base/random.ts";
import { SimulationError } from "#test/support/virtualClock.ts";
import { metIn } from "./coverage.ts";
import { chooseOperation, type Operation } from "./operations.ts";
import { performOperation } from "./performOperation.ts";
import { chance, type Profile, pick } from "./profile.ts";
import { checkRates } from "./rates.ts";
import { checkAll, closeDown, settle } from "./settle.ts";
import { Violation } from "./violation.ts";
import { World } from "./world.ts";

/** One thing that is done, and how long is waited then. */
export interface Step {
  /** Undefined: only time passes. */
  readonly operation: Operation | undefined;
  readonly waitMs: number;
}

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
  /** Everything that was done: the run can be repeated from it, or from a part of it. */
  readonly steps: readonly Step[];
  readonly failure: Failure | undefined;
}

/** What went wrong. */
export interface Failure {
  /** The rule that did not hold, or how the simulation got stuck. */
  readonly rule: string;
  /** Everything that is needed to understand it. */
  readonly report: string;
}

/**
 * Runs one seed from the first member to the last timer; with `steps` it does those instead of choosing. Never throws for
 * what the run found.
 */
export async function simulate(seed: number, steps?: readonly Step[]): Promise<Outcome> {
  const world = new World(seed);
  const done: Done[] = [];
  let failure: Failure | undefined;
  try {
    await run(world, done, steps);
  } catch (cause) {
    failure = { rule: ruleOf(cause), report: describeFailure(world, seed, done, cause) };
  }
  return {
    seed,
    // Takes long, and few ask for it.
    get digest() {
      return world.trace.digest();
    },
    profile: world.profile,
    events: world.clock.steps,
    virtualMs: world.clock.now() - world.startMs,
    deliveries: world.ledger.deliveries,
    observations: world.trace.observations.length,
    met: metBy(world),
    steps: done,
    failure,
  };
}

function metBy({ trace, ledger }: World): ReadonlySet<string> {
  const met = metIn(trace.observations);
  if (ledger.markers > 0) met.add("marker delivered");
  return met;
}

/**
 * The same, faster: errors belong to a run's daily life, and their stacks cost a tenth of it. A run that fails is made again
 * with them; one that then does not fail is not the same every time, and has failed all the more.
 */
export async function simulateWithoutStacks(
  seed: number,
  run: (seed: number) => Promise<Outcome> = simulate,
): Promise<Outcome> {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  let outcome: Outcome;
  try {
    outcome = await run(seed);
  } finally {
    Error.stackTraceLimit = limit;
  }
  if (!outcome.failure) return outcome;
  const again = await run(seed);
  return again.failure ? again : outcome;
}

interface Done extends Step {
  readonly at: number;
}

async function run(world: World, done: Done[], steps: readonly Step[] | undefined): Promise<void> {
  const { clock } = world;
  await world.start();
  world.addMember({ isDirect: false, index: 0 });
  for (const { operation, waitMs } of steps ?? chosenSteps(world)) {
    done.push({ at: clock.now() - world.startMs, operation, waitMs });
    if (operation) await performOperation(world, operation);
    await clock.advance(waitMs);
    checkAll(world);
  }
  await settle(world);
  checkRates(world);
  await closeDown(world);
}

/** Each is chosen when the one before it is done: what makes sense depends on what became of it. */
function* chosenSteps(world: World): Generator<Step> {
  const { random, profile } = world;
  for (let step = 0; step < profile.steps; step++) {
    const operation = chooseOperation(world);
    const waitMs = chance(random, 0.3) ? 0 : randomInt(random, pick(random, [5, 50, 500, 3_000]));
    yield { operation, waitMs };
  }
}

function ruleOf(cause: unknown): string {
  if (cause instanceof Violation) return cause.rule;
  if (SimulationError.is(cause)) return cause.code;
  return cause instanceof Error ? cause.name : String(cause);
}

function describeFailure(world: World, seed: number, done: readonly Done[], cause: unknown): string {
  const text =
    cause instanceof Error ? `${cause.message}\n${isPlain(cause) ? "" : cause.stack}` : String(cause);
  const members = world.members.map(({ options }) => `  ${stringifyWithBigints(options)}`);
  const operations = done.flatMap(({ at, operation }) =>
    operation ? [`  ${String(at).padStart(7)} ms  ${stringifyWithBigints(operation)}`] : [],
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
  return error instanceof Violation || SimulationError.is(error);
}
