import { type ChildProcess, spawn } from "node:child_process";
import type { ClientResult } from "./measure.ts";

/** A process that reads beside the extension host. */
interface OtherReader {
  end(): Promise<void>;
}

/** Runs clients/sameWorker.ts. */
export function startSameWorker(
  command: readonly string[],
): OtherReader & { readonly delivered: () => number } {
  let text = "";
  const child = start(command, (more) => {
    text += more;
  });
  // The last line may not be whole yet.
  return { delivered: () => Number(text.split("\n").at(-2) ?? 0), end: () => end(child) };
}

/** Runs clients/ours.ts, again and again: it ends when it has read everything. */
export function startEngineAlone(
  command: readonly string[],
): OtherReader & { readonly recordsPerSecond: () => number | undefined } {
  const results: ClientResult[] = [];
  let isOver = false;
  let running: ChildProcess;
  const read = () => {
    let text = "";
    running = start(command, (more) => {
      text += more;
    });
    running.once("close", () => {
      if (isOver) return;
      results.push(JSON.parse(text) as ClientResult);
      read();
    });
  };
  read();
  return {
    recordsPerSecond: () => {
      const records = results.reduce((sum, each) => sum + each.records, 0);
      const seconds = results.reduce((sum, each) => sum + each.seconds, 0);
      return seconds === 0 ? undefined : records / seconds;
    },
    end: () => {
      isOver = true;
      return end(running);
    },
  };
}

function start([program = "", ...args]: readonly string[], onText: (text: string) => void): ChildProcess {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "ignore"] });
  child.stdout.setEncoding("utf8").on("data", onText);
  return child;
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once("exit", () => resolve());
    child.kill();
  });
}
