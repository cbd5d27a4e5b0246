import { parseArgs } from "node:util";
import { err, ok, type Result } from "#base/result.ts";
import { rackProblem } from "#playground/racks.ts";
import {
  type KafkaRelease,
  kafkaReleases,
  newestRelease,
  type RebalanceProtocols,
  rebalanceProtocolChoices,
  rebalanceProtocolsProblem,
} from "#playground/versions/kafkaReleases.ts";
import { mostRecordsInBurst } from "#playground/workload/workloadOptions.ts";
import { isOptionName, type OptionEntry, type OptionName, optionTable } from "./optionTable.ts";
import type { PlaygroundCommand, TopicWish } from "./playgroundCommand.ts";

/** What the command line asks for. */
export type Command = { readonly type: "help" } | { readonly type: "version" } | PlaygroundCommand;

type Given = ReadonlyMap<OptionName, readonly string[]>;

/** A wrong command line: says which part, and what would be right. */
class UsageError extends Error {}

const options = Object.fromEntries(
  Object.entries<OptionEntry>(optionTable).map(([name, { value }]) => [
    name,
    { type: value === undefined ? "boolean" : "string", multiple: true } as const,
  ]),
);
const repeatable: ReadonlySet<OptionName> = new Set(["topic", "produce", "fill", "user"]);

/** Understands a command line; the error is a sentence for who typed it. */
export function readArguments(args: readonly string[]): Result<Command, string> {
  try {
    return ok(understand(args));
  } catch (error) {
    if (error instanceof UsageError) return err(error.message);
    throw error;
  }
}

function understand(args: readonly string[]): Command {
  const { given, positionals } = collect(args);
  if (given.has("help") || args.length === 0) return { type: "help" };
  if (given.has("version")) return { type: "version" };
  const [command, extra] = positionals;
  if (command !== "playground") {
    throw new UsageError(
      command === undefined
        ? "Say what to do: groupscope playground."
        : `There is no command ${command}: the only one is playground.`,
    );
  }
  if (extra !== undefined) throw new UsageError(`${extra} is too much: options begin with --.`);
  return readPlayground(given);
}

function collect(args: readonly string[]): {
  readonly given: Given;
  readonly positionals: readonly string[];
} {
  const { tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true });
  const given = new Map<OptionName, readonly string[]>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const { name, rawName, value } = token;
    if (!isOptionName(name)) throw new UsageError(`There is no option ${rawName}; --help lists them.`);
    checkValue(name, value);
    const before = given.get(name) ?? [];
    if (before.length > 0 && value !== undefined && !repeatable.has(name)) {
      throw new UsageError(`--${name} was given twice.`);
    }
    given.set(name, [...before, value ?? ""]);
  }
  return { given, positionals };
}

function checkValue(name: OptionName, given: string | undefined): void {
  const { value }: OptionEntry = optionTable[name];
  if (value === undefined && given !== undefined) {
    throw new UsageError(`--${name} takes no value, and got ${given}.`);
  }
  if (value !== undefined && (given === undefined || given === "" || given.startsWith("--"))) {
    throw new UsageError(`--${name} needs a value: --${name} ${value}.`);
  }
}

function readPlayground(given: Given): PlaygroundCommand {
  const one = (name: OptionName) => given.get(name)?.[0];
  const all = (name: OptionName) => given.get(name) ?? [];
  const nodes = whole(one("nodes"), { name: "nodes", from: 1, to: 100 }) ?? 1;
  const kafkaVersion = readRelease(one("kafka-version"));
  const topics = all("topic").map((text) => readTopic(text, nodes));
  const seen = new Set<string>();
  for (const { name } of topics) {
    if (seen.has(name)) throw new UsageError(`--topic ${name} was given twice.`);
    seen.add(name);
  }
  return {
    type: "playground",
    port: whole(one("port"), { name: "port", from: 0, to: 65_536 - nodes }),
    host: one("host") ?? "127.0.0.1",
    nodes,
    racks: readRacks(one("racks"), nodes),
    topics,
    produce: all("produce").map((text) => readPace(text, "produce")),
    fill: all("fill").map((text) => readPace(text, "fill")),
    autoCreateTopics: given.has("auto-create-topics"),
    kafkaVersion,
    rebalanceProtocols: readProtocols(one("rebalance-protocols"), kafkaVersion),
    validatesProduced: !given.has("no-validation"),
    faultsFile: one("faults"),
    seed: whole(one("seed"), { name: "seed", from: 0, to: 0xffff_ffff }),
    users: all("user").map(readUser),
    tls: readTls({ cert: one("tls-cert"), key: one("tls-key"), clientCa: one("tls-client-ca") }),
    dataDirectory: one("data-dir"),
    memoryMebibytes: whole(one("memory"), { name: "memory", from: 1, to: 65_536 }),
    json: given.has("json"),
  };
}

function whole(
  text: string | undefined,
  { name, from, to }: { readonly name: string; readonly from: number; readonly to: number },
): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < from || value > to) {
    throw new UsageError(`--${name} must be a whole number from ${from} to ${to}, not ${text}.`);
  }
  return value;
}

function readRacks(text: string | undefined, nodes: number): readonly string[] {
  if (text === undefined) return [];
  const racks = text.split(",").map((rack) => rack.trim());
  const problem = rackProblem(racks, nodes);
  if (problem !== undefined) throw new UsageError(`--racks ${text}: ${problem}.`);
  return racks;
}

function readTopic(text: string, nodes: number): TopicWish {
  const [name = "", partitions, replication, ...rest] = text.split(":");
  if (name === "" || rest.length > 0) {
    throw new UsageError(`--topic ${text}: write NAME, NAME:PARTITIONS or NAME:PARTITIONS:REPLICATION.`);
  }
  return {
    name,
    partitions: whole(partitions, { name: `topic ${name}: its partitions`, from: 1, to: 10_000 }) ?? 1,
    replicationFactor:
      whole(replication, {
        name: `topic ${name}: its replication (with --nodes ${nodes})`,
        from: 1,
        to: nodes,
      }) ?? 1,
  };
}

function readPace(
  text: string,
  name: "produce" | "fill",
): { readonly topic: string; readonly records: number } {
  const [topic = "", count, ...rest] = text.split(":");
  if (topic === "" || count === undefined || rest.length > 0) {
    throw new UsageError(`--${name} ${text}: write ${optionTable[name].value}.`);
  }
  const limit = name === "produce" ? 100_000 : mostRecordsInBurst;
  return { topic, records: whole(count, { name: `${name} ${topic}`, from: 1, to: limit }) ?? 1 };
}

function readUser(text: string): { readonly username: string; readonly password: string } {
  const colon = text.indexOf(":");
  // The text holds a password, so it is not repeated.
  if (colon < 1 || colon === text.length - 1) throw new UsageError("--user must be NAME:PASSWORD.");
  return { username: text.slice(0, colon), password: text.slice(colon + 1) };
}

function readTls({
  cert,
  key,
  clientCa,
}: Readonly<Record<"cert" | "key" | "clientCa", string | undefined>>): PlaygroundCommand["tls"] {
  if (cert === undefined && key === undefined) {
    if (clientCa === undefined) return undefined;
    throw new UsageError("--tls-client-ca needs --tls-cert and --tls-key.");
  }
  if (cert === undefined || key === undefined) {
    throw new UsageError("--tls-cert and --tls-key go together.");
  }
  return { certFile: cert, keyFile: key, clientCaFile: clientCa };
}

function readRelease(text: string | undefined): PlaygroundCommand["kafkaVersion"] {
  if (text === undefined) return undefined;
  const release = kafkaReleases.find((each) => each === text);
  if (release === undefined) {
    throw new UsageError(`--kafka-version must be one of ${kafkaReleases.join(", ")}, not ${text}.`);
  }
  return release;
}

function readProtocols(
  text: string | undefined,
  release: KafkaRelease = newestRelease,
): RebalanceProtocols | undefined {
  if (text === undefined) return undefined;
  const protocols = rebalanceProtocolChoices.find((each) => each === text.replaceAll(" ", ""));
  if (protocols === undefined) {
    throw new UsageError(
      `--rebalance-protocols must be one of ${rebalanceProtocolChoices.join(" and ")}, not ${text}.`,
    );
  }
  const problem = rebalanceProtocolsProblem(protocols, release);
  if (problem !== undefined) throw new UsageError(`--rebalance-protocols ${text}: ${problem}.`);
  return protocols;
}
