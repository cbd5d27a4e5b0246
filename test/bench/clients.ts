import { spawnSync } from "node:child_process";
import path from "node:path";
import { build } from "esbuild";
import { goProgram } from "#test/support/foreign/goPrograms.ts";
import { confluentKafka, hasPython } from "#test/support/foreign/pythonPackages.ts";
import { runOrThrow } from "#test/support/runProgram.ts";
import { repository } from "#test/support/vscodeHost.ts";
import { measureJava } from "./javaPerf.ts";
import type { ClientResult, ClientTask } from "./measure.ts";

/** A consumer that is measured, in a process of its own. */
export interface Client {
  readonly name: string;
  run(task: ClientTask): Promise<ClientResult>;
}

/** A client that hangs is of no interest; it is said, and the others go on. */
const limitMs = 90_000;

const scripts = path.join(import.meta.dirname, "clients");

/** The young generation as the extension's worker has it; V8's own default is twice as large. */
export const asOurWorker = ["--max-semi-space-size=8"];

/** A client as it would be shipped: Node's reading of TypeScript is none of its cost. */
export async function bundled(name: string): Promise<string> {
  const outfile = path.join(repository, "dist-test", "bench", `${name}.mjs`);
  await build({
    entryPoints: [path.join(scripts, `${name}.ts`)],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node22",
    external: ["kafkajs", "@platformatic/kafka"],
    logLevel: "warning",
  });
  return outfile;
}

/**
 * What can run here, ours first; what cannot is said, with what it takes. Only those whose names begin as
 * one of `chosen` does, if there are any.
 */
export async function clientsHere(chosen: readonly string[] = []): Promise<readonly Client[]> {
  const isChosen = (name: string) => chosen.length === 0 || chosen.some((each) => name.startsWith(each));
  const clients: Client[] = await Promise.all(
    ["ours", "kafkajs", "platformatic"].filter(isChosen).map(async (name) => {
      const command = [process.execPath, ...(name === "ours" ? asOurWorker : []), await bundled(name)];
      return { name, run: (task: ClientTask) => runClient(command, task) };
    }),
  );
  const optional = async (name: string, needs: string, prepare: Preparation) =>
    isChosen(name) ? await ifPossible(name, needs, prepare) : [];
  clients.push(
    ...(await optional("confluent-kafka (librdkafka)", "Python 3 with pip", async () => {
      if (!hasPython()) return undefined;
      const env = { PYTHONPATH: await confluentKafka() };
      return (task) => runClient(["python3", path.join(scripts, "librdkafka.py")], task, env);
    })),
    ...(await optional("franz-go", "Go", async () => {
      const program = await goProgram(path.join(import.meta.dirname, "go"));
      return (task) => runClient([program], task);
    })),
    ...(await optional("Java consumer-perf", "a JRE", () =>
      Promise.resolve(spawnSync("java", ["-version"]).status === 0 ? measureJava : undefined),
    )),
  );
  return clients;
}

type Preparation = () => Promise<Client["run"] | undefined>;

async function ifPossible(name: string, needs: string, prepare: Preparation): Promise<readonly Client[]> {
  try {
    const run = await prepare();
    if (run) return [{ name, run }];
    console.log(`${name} is left out: it needs ${needs}, which is not here`);
  } catch (failure) {
    console.log(`${name} is left out: it needs ${needs}; ${firstLine(failure)}`);
  }
  return [];
}

async function runClient(
  command: readonly string[],
  task: ClientTask,
  more: NodeJS.ProcessEnv = {},
): Promise<ClientResult> {
  const [program = "", ...args] = command;
  const words = [task.servers.join(","), task.topic, String(task.records), String(task.warmUp)];
  const env = { ...process.env, NODE_NO_WARNINGS: "1", ...more };
  return JSON.parse(
    await runOrThrow(program, [...args, ...words], { timeoutMs: limitMs, env }),
  ) as ClientResult;
}

/** What went wrong, short enough for a line. */
export function firstLine(failure: unknown): string {
  return String(failure instanceof Error ? failure.message : failure).split("\n", 1)[0] ?? "";
}
