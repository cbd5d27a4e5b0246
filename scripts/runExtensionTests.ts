// Runs test/extension/*.test.ts with mocha inside a real VS Code's extension host.
//
//   npm run test:extension            GROUPSCOPE_TEST_GREP=… filters, VERBOSE=1 shows the workbench's own log
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { build } from "esbuild";
import { launchBrowser, newLocalPage } from "#test/support/browser.ts";
import type { MochaOutcome } from "#test/support/mochaRun.ts";
import { repository, startVscodeHost, type VscodeHost } from "#test/support/vscodeHost.ts";

const limitMs = 300_000;
const results = path.join(repository, "test-results");

const scratch = mkdtempSync(path.join(tmpdir(), "groupscope-in-host-"));
const log = path.join(scratch, "log");
const outcomeFile = path.join(results, "extension.json");

/** One bundle of mocha's run function and every test file. */
async function bundleTests(): Promise<string> {
  const files = globSync("test/extension/**/*.test.ts", { cwd: repository }).sort();
  if (files.length === 0) throw new Error("no test found in test/extension");
  const imports = files.map((file) => `await import(${JSON.stringify(`./${file}`)});`).join("\n");
  const outfile = path.join(repository, "dist-test/index.cjs");
  await build({
    stdin: {
      contents: `import { runMocha } from "#test/support/mochaRun.ts";
        export const run = () => runMocha(async () => { ${imports} });`,
      resolveDir: repository,
    },
    outfile,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node22",
    sourcemap: "inline",
    external: ["vscode", "mocha"],
    logLevel: "warning",
  });
  return outfile;
}

/** Resolves with the extension host's exit code; VS Code calls these two functions where a page has them. */
async function runInHost(host: VscodeHost, tests: string): Promise<number> {
  const workspace = path.join(scratch, "workspace");
  mkdirSync(workspace);
  const browser = await launchBrowser();
  try {
    const page = await newLocalPage(browser);
    const workbenchErrors: string[] = [];
    await page.exposeFunction("codeAutomationLog", (type: string, values: readonly unknown[]) => {
      if (process.env["VERBOSE"]) console.log(`  | ${type}`, ...values);
      else if (type === "error") workbenchErrors.push(values.join(" "));
    });
    const exited = new Promise<number>((resolve) => {
      void page.exposeFunction("codeAutomationExit", resolve);
    });
    const env = { GROUPSCOPE_TEST_LOG: log, GROUPSCOPE_TEST_OUTCOME: outcomeFile };
    const grep = process.env["GROUPSCOPE_TEST_GREP"];
    await page.goto(
      host.testUrl({
        folder: workspace,
        extension: repository,
        tests,
        env: grep === undefined ? env : { ...env, GROUPSCOPE_TEST_GREP: grep },
      }),
      { waitUntil: "commit" },
    );
    const tooLate = new Promise<undefined>((resolve) =>
      setTimeout(() => resolve(undefined), limitMs).unref(),
    );
    const code = await Promise.race([exited, tooLate]);
    if (code !== 0) {
      await page.screenshot({ path: path.join(results, "extension-failure.png") });
      console.error(workbenchErrors.slice(-10).join("\n"));
    }
    if (code === undefined) throw new Error(`the tests took longer than ${limitMs / 1000} s`);
    return code;
  } finally {
    await browser.close();
  }
}

/** Prints what mocha writes while it runs. */
function follow(file: string): { stop(): void } {
  let printed = 0;
  const print = () => {
    const text = readFileSync(file);
    process.stdout.write(text.subarray(printed));
    printed = text.length;
  };
  const timer = setInterval(print, 200);
  return {
    stop: () => {
      clearInterval(timer);
      print();
    },
  };
}

mkdirSync(results, { recursive: true });
rmSync(outcomeFile, { force: true });
writeFileSync(log, "");
const following = follow(log);
let host: VscodeHost | undefined;
try {
  const tests = await bundleTests();
  host = await startVscodeHost({ extension: { from: "development" } });
  const code = await runInHost(host, tests);
  following.stop();
  const outcome = JSON.parse(readFileSync(outcomeFile, "utf8")) as MochaOutcome;
  console.log(
    `${outcome.passed} passed, ${outcome.failed} failed, ${outcome.skipped} skipped in the extension host`,
  );
  process.exitCode = code === 0 && outcome.passed > 0 ? 0 : 1;
} catch (failure) {
  following.stop();
  console.error(failure);
  if (host !== undefined) console.error(host.log().slice(-4_000));
  process.exitCode = 1;
} finally {
  await host?.stop();
  rmSync(scratch, { recursive: true, force: true });
}
