import path from "node:path";
import { type JavaClientVersion, javaArgs, newestKafka } from "../kafkaJars.ts";
import { runOrThrow } from "../runProgram.ts";
import { goProgram } from "./goPrograms.ts";
import { confluentKafka } from "./pythonPackages.ts";

/** The clients of others that we start. */
export type ForeignClient = "java" | "librdkafka" | "franz-go" | "kafkajs" | "platformatic" | "kcat";

/**
 * What their programs do. `produce` writes `count` records of key `key <index mod 7>`, value `<codec> <index>` and a
 * header `index`. `transact` writes ten records in each of three transactions: `first`, with offset 5 of partition 0 for
 * the group, is committed; `aborted`, with offset 6, is not; `last` is committed.
 */
export type ForeignVerb = "consume" | "produce" | "transact";

/** A program that obeys the verbs: the words before the verb, and what it needs around it. */
interface ForeignProgram {
  readonly command: readonly [string, ...string[]];
  readonly env?: NodeJS.ProcessEnv;
}

/** The program around a client, fetched and built on its first use; Java's consumer has a starter of its own. */
export async function foreignProgram(
  client: ForeignClient,
  javaVersion: JavaClientVersion = newestKafka,
): Promise<ForeignProgram> {
  switch (client) {
    case "java": {
      const small = ["-Xmx192m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"];
      const program = path.join(import.meta.dirname, "..", "java", "ForeignProducer.java");
      return { command: ["java", ...small, ...(await javaArgs(javaVersion, "WARN")), program] };
    }
    case "librdkafka": {
      const env = { ...process.env, PYTHONPATH: await confluentKafka() };
      return { command: ["python3", path.join(import.meta.dirname, "python", "client.py")], env };
    }
    case "franz-go":
      return { command: [await goProgram(path.join(import.meta.dirname, "go"))] };
    default:
      return { command: [process.execPath, path.join(import.meta.dirname, `${client}Client.ts`)] };
  }
}

/** Where a foreign client writes; `version` is that of the Java client, the newest with a server by default. */
interface WritesTo {
  readonly servers: string;
  readonly topic: string;
  readonly version?: JavaClientVersion | undefined;
}

/** Lets a foreign client write to a topic with a codec. */
export function foreignProduce(
  client: ForeignClient,
  options: WritesTo & { readonly codec: string; readonly count: number },
): Promise<void> {
  const { servers, topic, codec, count, version } = options;
  return run(client, ["produce", servers, topic, codec, String(count)], version);
}

/** Lets a foreign client write in transactions, and commit a group's offsets in them where it can. */
export function foreignTransact(
  client: ForeignClient,
  options: WritesTo & { readonly groupId: string },
): Promise<void> {
  const { servers, topic, groupId, version } = options;
  return run(client, ["transact", servers, topic, groupId, `${client}-transactions`], version);
}

async function run(
  client: ForeignClient,
  args: readonly string[],
  version: JavaClientVersion | undefined,
): Promise<void> {
  const { command, env } = await foreignProgram(client, version);
  const [program, ...words] = command;
  await runOrThrow(program, [...words, ...args], { ...(env && { env }), timeoutMs: 60_000 });
}

/** Fetches and builds what the programs in other languages are made of. */
export async function foreignPrograms(): Promise<void> {
  await foreignProgram("librdkafka");
  await foreignProgram("franz-go");
}
