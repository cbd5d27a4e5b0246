import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";

/** The newest Kafka: the schemas are its message definitions. */
export const newestKafka = "4.4.0";

/** Where versions come from that the newest Kafka no longer has (KIP-896), for older clients and brokers. */
export const olderKafka = "3.9.2";

// kafka-clients logs through it as soon as a class with a logger is loaded.
const slf4j = "org.slf4j:slf4j-api:1.7.36";
const cache = join(import.meta.dirname, "../../node_modules/.cache/groupscope/kafka-clients");
const plugin = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1";

/** One release of Kafka's Java client on this machine. */
export interface KafkaClients {
  readonly version: string;
  readonly classPath: string;
  /** Kafka's message definitions: file name without `.json`, and text. */
  readonly definitions: ReadonlyMap<string, string>;
}

/** Whether Maven and a JDK are there to fetch and run the Java client with. */
export function missingTools(): readonly string[] {
  return ["mvn", "java", "javac"].filter((tool) => !runs(tool));
}

/** The Java client of this version; fetched through Maven the first time. */
export function kafkaClients(version: string): KafkaClients {
  const home = join(cache, version);
  if (!existsSync(home)) {
    const fresh = `${home}.${process.pid}`;
    mkdirSync(fresh, { recursive: true });
    const client = `org.apache.kafka:kafka-clients:${version}`;
    maven(fresh, "copy", `-Dartifact=${client}`, `-DoutputDirectory=${fresh}`);
    maven(fresh, "copy", `-Dartifact=${slf4j}`, `-DoutputDirectory=${fresh}`);
    maven(
      fresh,
      "unpack",
      `-Dartifact=${client}`,
      `-DoutputDirectory=${fresh}`,
      "-Dmdep.unpack.includes=common/message/*.json",
    );
    // Only a complete copy gets the final name: an interrupted run must not look like a finished one.
    if (existsSync(home)) rmSync(fresh, { recursive: true });
    else renameSync(fresh, home);
  }
  const messages = join(home, "common/message");
  const jars = readdirSync(home).filter((file) => file.endsWith(".jar"));
  const definitions = readdirSync(messages)
    .filter((file) => file.endsWith(".json"))
    .sort()
    .map((file) => [file.slice(0, -".json".length), readFileSync(join(messages, file), "utf8")] as const);
  return {
    version,
    classPath: jars.map((jar) => join(home, jar)).join(":"),
    definitions: new Map(definitions),
  };
}

function maven(cwd: string, goal: string, ...options: readonly string[]): void {
  execFileSync("mvn", ["-q", "-B", "-ntp", `${plugin}:${goal}`, ...options], {
    cwd,
    stdio: ["ignore", "ignore", "inherit"],
  });
}

function runs(tool: string): boolean {
  try {
    execFileSync(tool, ["-version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
