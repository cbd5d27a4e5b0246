import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import type { Writable } from "node:stream";

/** How a process ended: exactly one of the two is not null. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A child in a process group of its own. */
export interface GuardedProcess {
  readonly child: ChildProcess;
  /** Settles when the child has ended and its output was read; never rejects. */
  readonly ended: Promise<ProcessEnd>;
  /** Signals the whole group; nothing when the child has ended. */
  signal(signal: NodeJS.Signals): void;
  /** Asks the group to end, and ends it by force after `graceMs`. */
  stop(graceMs?: number): Promise<ProcessEnd>;
}

/** How a process is started. */
export interface SpawnOptions {
  readonly cwd?: string | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** stdin, stdout, stderr; all three piped when left out. */
  readonly stdio?: readonly ["ignore" | "pipe" | "inherit", "pipe" | "inherit", "pipe" | "inherit"];
  /** Removed when we die without having stopped the child. */
  readonly orphanedFolder?: string | undefined;
}

// The guard waits on file descriptor 3, which only we hold. A line says that the child has ended: what it left in
// its group ends too. The end of the file says that we are gone, however that happened: everything goes.
const guard = `
  (
    read -r released <&3 && kill -KILL 0
    kill -KILL $$
    sleep 1
    rm -rf -- "$1"
    kill -KILL 0
  ) </dev/null >/dev/null 2>&1 &
  shift
  exec 3<&-
  exec "$@"
`;

/** Starts a program that cannot outlive us, not even when we are killed, and whose children cannot outlive it. */
export function spawnGuarded(
  command: string,
  args: readonly string[],
  options: SpawnOptions = {},
): GuardedProcess {
  const { cwd, env, stdio = ["pipe", "pipe", "pipe"], orphanedFolder = "" } = options;
  const posix = process.platform !== "win32";
  const withGuardLine: StdioOptions = [...stdio, "pipe"];
  const child = posix
    ? spawn("/bin/sh", ["-c", guard, "guard", orphanedFolder, command, ...args], {
        cwd,
        env,
        stdio: withGuardLine,
        detached: true,
      })
    : spawn(command, args, { cwd, env, stdio: [...stdio] });

  const line = posix ? (child.stdio[3] as Writable) : undefined;
  line?.on("error", () => {}); // The guard may have gone with its group.
  child.stdin?.on("error", () => {}); // A child may end before it has read everything; its exit code says why.

  const running = () => child.pid !== undefined && child.exitCode === null && child.signalCode === null;
  const signal = (name: NodeJS.Signals) => {
    if (!running() || child.pid === undefined) return;
    if (posix) process.kill(-child.pid, name);
    else child.kill(name);
  };

  const ended = new Promise<ProcessEnd>((resolve) => {
    child.once("error", () => resolve({ code: 127, signal: null }));
    child.once("exit", () => line?.end("released\n"));
    child.once("close", (code, signalCode) => resolve({ code, signal: signalCode }));
  });

  const stop = async (graceMs = 5_000) => {
    signal("SIGTERM");
    const timer = setTimeout(() => signal("SIGKILL"), graceMs);
    const end = await ended;
    clearTimeout(timer);
    return end;
  };
  return { child, ended, signal, stop };
}
