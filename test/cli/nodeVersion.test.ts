import { readFileSync } from "node:fs";
import { build } from "esbuild";
import { expect, test } from "vitest";

/** What came to JavaScript's library after Node 20, and is easily written without a thought. */
const newer =
  /Promise\.withResolvers|Promise\.try|(?:Object|Map)\.groupBy|Array\.fromAsync|RegExp\.escape|Iterator\.from|\.is(?:SubsetOf|SupersetOf|DisjointFrom)\(/g;

test("the command line runs on the oldest Node that is promised: it uses nothing newer", async () => {
  const { outputFiles } = await build({
    entryPoints: ["src/cli/main.ts"],
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    write: false,
    logLevel: "silent",
  });

  const found = outputFiles.flatMap(({ text }) => text.match(newer) ?? []);

  expect(found).toEqual([]);
});

test("the same Node is named wherever one is", () => {
  const { engines } = JSON.parse(readFileSync("package.json", "utf8")) as { engines: { node: string } };
  const named = ["README.md", "CONTRIBUTING.md", ".ci/run", "esbuild.js"].map(
    (file) => `${file}: ${readFileSync(file, "utf8").match(/Node \d+(?= or newer|(?=$|\n))/m)?.[0]}`,
  );

  expect(engines.node).toBe(">=20");
  expect(named).toEqual([
    "README.md: Node 20",
    "CONTRIBUTING.md: Node 20",
    ".ci/run: Node 20",
    "esbuild.js: Node 20",
  ]);
});
