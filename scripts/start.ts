// Builds the extension and opens it: in the desktop VS Code when there is one to be seen, else in a VS Code of its
// own (from npm) that a browser shows.
//
//   npm start                      npm start -- --web (never the desktop)      npm start -- --port 8123
import path from "node:path";
import { parseArgs } from "node:util";
import { isPortFree } from "#test/support/freePorts.ts";
import { runProgram } from "#test/support/runProgram.ts";
import { repository, startVscodeHost } from "#test/support/vscodeHost.ts";
import { findDesktopVscode, openDesktopVscode } from "./start/desktop.ts";
import { sampleWorkspace } from "./start/workspace.ts";

const { values: options } = parseArgs({
  options: { web: { type: "boolean", default: false }, port: { type: "string" } },
});
const hostFolder = path.join(repository, ".vscode-host");
const firstSteps = `
  The playground starts with the window. Click the Groupscope icon in the activity bar on the left:
  CLUSTERS shows it with a group of two members; DEBUG CONSUMERS says how to join as a third.
`;

const built = await runProgram(process.execPath, ["esbuild.js"], { cwd: repository });
process.stdout.write(built.stdout);
if (built.exitCode !== 0) {
  process.stderr.write(built.stderr);
  process.exit(1);
}

const folder = sampleWorkspace(hostFolder);
const desktop = options.web || options.port !== undefined ? { missing: "asked for" } : findDesktopVscode();
if ("command" in desktop) {
  console.log(
    `Opening ${folder} in the desktop VS Code; it may ask whether you trust the folder.\n${firstSteps}`,
  );
  process.exitCode = openDesktopVscode(desktop.command, repository, folder) ? 0 : 1;
} else {
  if (desktop.missing !== "asked for") console.log(`Serving VS Code to a browser, as ${desktop.missing}.`);
  await serve();
}

async function serve(): Promise<void> {
  const port = options.port === undefined ? undefined : Number(options.port);
  if (port !== undefined && !(await isPortFree(port))) {
    console.error(`Cannot serve on port ${options.port}: it is taken. Choose another, or leave --port out.`);
    process.exit(1);
  }
  const host = await startVscodeHost({
    extension: { from: "folder", folder: repository },
    dataFolder: hostFolder,
    port,
  }).catch((failure: Error) => {
    console.error(failure.message);
    process.exit(1);
  });
  console.log(`\n  ${host.url(folder)}\n${firstSteps}\n  Ctrl+C stops it.`);

  let stopping = false;
  const stop = async (exitCode: number) => {
    if (stopping) return;
    stopping = true;
    await host.stop();
    process.exit(exitCode);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => void stop(0));
  // A signal to npm itself does not reach us through its shell.
  const parent = process.ppid;
  if (process.env["npm_lifecycle_event"] === "start") {
    setInterval(() => {
      if (process.ppid !== parent) void stop(0);
    }, 1_000);
  }

  await host.ended;
  if (!stopping) console.error(`VS Code's server ended.\n${host.log().slice(-2_000)}`);
  await stop(1);
}
