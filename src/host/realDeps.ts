import { exec } from "node:child_process";
import { getHeapStatistics } from "node:v8";
import { isInstant } from "#base/instant.ts";
import { dataDirectory } from "#node/dataDirectory.ts";
import { systemClock } from "#node/systemClock.ts";
import { systemRandom } from "#node/systemRandom.ts";
import { tcpServer } from "#node/tcpServer.ts";
import { tcpTransport } from "#node/tcpTransport.ts";
import type { HostDeps } from "./hostDeps.ts";
import { realFiles } from "./realFiles.ts";

const commandLimitMs = 30_000;

/** What the worker holds itself to; V8's own limit is there for speed (`spawnWorkerThread`). */
const heldToBytes = 1_073_741_824;

/** Runs a command of the user's own settings by their shell, and gives what it prints. */
function runCommand(command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    exec(command, { timeout: commandLimitMs, maxBuffer: 1_048_576 }, (error, stdout, stderr) => {
      if (!error) return resolve(stdout);
      // The output could hold a token, what is said on stderr is for people.
      const said = stderr.trim().split("\n").at(-1)?.slice(0, 200) ?? "";
      const why = error.killed
        ? `no token within ${commandLimitMs / 1_000} s`
        : said || `exit code ${error.code}`;
      reject(new Error(`the token command failed: ${why}`));
    });
  });
}

/** The real world, as the worker of the product has it. */
export const realDeps: HostDeps = {
  clock: systemClock,
  random: systemRandom,
  transport: tcpTransport,
  server: tcpServer,
  files: realFiles,
  dataDirectory,
  runCommand,
  environment: (name) => process.env[name],
  heap: () => {
    const { used_heap_size, heap_size_limit, external_memory } = getHeapStatistics();
    // Buffers do not count towards the limit of a thread, but they are memory of the same process.
    const usedBytes = used_heap_size + external_memory / 2;
    return { usedBytes, limitBytes: Math.min(heap_size_limit, heldToBytes) };
  },
  // A time and a duration that were both believed can add up to something beyond the calendar.
  timeText: (at) => (isInstant(at) ? timeFormat.format(at) : "–"),
};

const timeFormat = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 1,
});
