import { type GuardedProcess, spawnGuarded } from "#test/support/guardedProcess.ts";
import { type ProgramResult, runProgram } from "#test/support/runProgram.ts";

/** The command as `npm run playground` starts it, without npm. */
const command = ["src/cli/main.ts"];

/** Runs `groupscope` to its end. */
export function runCli(...args: readonly string[]): Promise<ProgramResult> {
  return runProgram(process.execPath, [...command, ...args], { timeoutMs: 30_000 });
}

/** A playground in a process of its own. */
export interface CliPlayground {
  readonly process: GuardedProcess;
  /** The line it printed when it was ready. */
  readonly ready: Ready;
  /** What it said on stderr so far. */
  complaints(): string;
  /** The lines it printed after that one, so far. */
  lines(): readonly string[];
}

/** The fields of the ready line that tests use. */
export interface Ready {
  readonly event: string;
  readonly bootstrapServers: readonly string[];
  readonly nodes: readonly {
    readonly nodeId: number;
    readonly host: string;
    readonly port: number;
    readonly rack?: string;
  }[];
  readonly topics: readonly { readonly topic: string; readonly partitions: number }[];
  readonly faults: readonly { readonly title: string }[];
}

/** Starts `groupscope playground --json`; rejects when it ends before it is ready. */
export function startCli(...args: readonly string[]): Promise<CliPlayground> {
  const process_ = spawnGuarded(process.execPath, [...command, "playground", "--json", ...args]);
  const { child, ended } = process_;
  let printed = "";
  let complained = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    complained += text;
  });
  return new Promise((resolve, reject) => {
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      printed += text;
      const [line, rest] = printed.split("\n");
      if (line === undefined || rest === undefined) return;
      resolve({
        process: process_,
        ready: JSON.parse(line) as Ready,
        complaints: () => complained,
        lines: () => printed.split("\n").slice(1, -1),
      });
    });
    void ended.then(({ code }) => reject(new Error(`it ended with ${code}: ${complained}`)));
  });
}
