import { createInterface } from "node:readline";
import type { ForeignConsumerEvent } from "./foreignConsumer.ts";
import type { ForeignVerb } from "./foreignPrograms.ts";

/** Tells whoever started this program what happened. */
export function say(event: ForeignConsumerEvent): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

/** Calls back when this program is asked to leave its group and end. */
export function onQuit(quit: () => Promise<void>): void {
  createInterface({ input: process.stdin }).on("line", (line) => {
    if (line !== "quit") return;
    void quit().then(() => {
      say({ type: "closed" });
      process.exit(0);
    });
  });
}

/** Runs what the command line names: `node program.ts verb argument…`. */
export async function obeyCommandLine(
  verbs: Readonly<Partial<Record<ForeignVerb, (...args: string[]) => Promise<void>>>>,
): Promise<void> {
  const [verb = "", ...args] = process.argv.slice(2);
  const run = verbs[verb as ForeignVerb];
  if (run === undefined) throw new Error(`${verb}: only ${Object.keys(verbs).join(", ")}`);
  await run(...args);
}

/** The records of `produce` and `transact`, in the clients' common form. */
export function recordsOf(prefix: string, count: number) {
  return Array.from({ length: count }, (_, index) => ({
    key: `key ${index % 7}`,
    value: `${prefix} ${index}`,
    headers: { index: String(index) },
  }));
}
