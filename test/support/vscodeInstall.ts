import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { cached } from "./cache.ts";
import { runOrThrow } from "./runProgram.ts";

/** code-server 4.139.1 is VS Code 1.139.1; it runs on Node 24 only. */
const codeServerVersion = "4.139.1";

/** Raised when the steps below change, so that an older installation is not taken for this one. */
const recipe = 2;

/** What an extension never loads, and what would have to be compiled: a third of the download. */
const unneeded = [
  "@devcontainers/cli",
  "@github/copilot-sdk",
  "@microsoft/mxc-sdk",
  "@vscode/copilot-api",
  "@vscode/sandbox-runtime",
  "@vscode/sqlite3",
  "@vscode/windows-process-tree",
  "@vscode/windows-registry",
  "kerberos",
  "ssh2",
];

const shims = { "@vscode/spdlog": "spdlog.cjs", "@vscode/native-watchdog": "watchdog.cjs" };

/** The entry file of a real VS Code, installed from npm on the first use; nothing is compiled. */
export async function vscodeEntry(announce: (what: string) => void = console.error): Promise<string> {
  if (!process.versions.node.startsWith("24.")) {
    throw new Error(
      `VS Code's server needs Node 24, this is ${process.version}: start by an npm script, which has it`,
    );
  }
  const folder = await cached(`code-server-${codeServerVersion}-${recipe}`, async (draft) => {
    announce(`Installing VS Code (code-server ${codeServerVersion} from npm, about 370 MB, once) …`);
    await install(draft);
  });
  return path.join(folder, "node_modules/code-server/out/node/entry.js");
}

async function install(folder: string): Promise<void> {
  const dependencies = { "code-server": codeServerVersion };
  writeFileSync(path.join(folder, "package.json"), JSON.stringify({ private: true, dependencies }));
  // Without scripts: code-server's own would compile eight addons and install what is trimmed below.
  await npmInstall(folder);

  const editor = path.join(folder, "node_modules/code-server/lib/vscode");
  const manifestFile = path.join(editor, "package.json");
  const manifest = JSON.parse(readFileSync(manifestFile, "utf8")) as { dependencies: Record<string, string> };
  for (const name of unneeded) delete manifest.dependencies[name];
  writeFileSync(manifestFile, JSON.stringify(manifest));
  await npmInstall(editor, "--omit=dev");

  for (const [name, shim] of Object.entries(shims)) {
    copyFileSync(
      path.join(import.meta.dirname, "shims", shim),
      path.join(editor, "node_modules", name, "index.js"),
    );
  }
}

async function npmInstall(cwd: string, ...args: readonly string[]): Promise<void> {
  const quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--prefer-offline"];
  // An npm script's own settings would reach this npm through the environment.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_(config|package)_/i.test(name)),
  );
  await runOrThrow("npm", ["install", ...quiet, ...args], { cwd, env, timeoutMs: 900_000 });
}
