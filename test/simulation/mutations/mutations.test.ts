import { spawn } from "node:child_process";
import { expect, test } from "vitest";
import { type Mutation, mutationNamed, mutations } from "./mutations.ts";

/** Enough for a defect that needs luck to show, few enough that one that never shows fails soon. */
const seeds = 600;

test.each(mutations)("the simulation notices that $name", { timeout: 300_000 }, async (mutation) => {
  const { code, output } = await simulateWith(mutation, ["--until-failure", "--seeds", String(seeds)]);

  const rule = /^seed \d+: ([^:\n]+):/m.exec(output)?.[1];
  expect({ code, rule }, output.slice(-3_000)).toEqual({
    code: 1,
    rule: expect.toBeOneOf([...mutation.rules]),
  });
});

test("a failing seed is printed with few of its steps", { timeout: 120_000 }, async () => {
  const mutation = mutationNamed("a batch that cannot be read is passed over in silence");

  const { output } = await simulateWith(mutation, ["--seeds", "12", "--threads", "1"]);

  const [, left, all] = /\((\d+) of (\d+) steps are left/.exec(output) ?? [];
  expect(Number(left), output).toBeLessThan(Number(all) / 4);
});

test("the founding failures are all among the mutations", () => {
  const founding = new Set(mutations.map((mutation) => mutation.founding));

  expect([...founding]).toEqual(
    expect.arrayContaining(["buffered counts", "commit hangs", "stranded", "skip", "corrupt batch"]),
  );
});

/** In a process of its own: one source cannot be mutated and whole at once. */
function simulateWith(
  { name }: Mutation,
  args: readonly string[],
): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = spawn(
    process.execPath,
    ["--import", "./test/simulation/mutations/patchSource.ts", "test/simulation/main.ts", ...args],
    { env: { ...process.env, GROUPSCOPE_MUTATION: name }, stdio: ["ignore", "pipe", "pipe"] },
  );
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, output }));
  });
}
