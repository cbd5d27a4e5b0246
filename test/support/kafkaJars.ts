import path from "node:path";
import { cached } from "./cache.ts";
import { runOrThrow } from "./runProgram.ts";

/** The releases the tests run: the newest whose tools are all on Maven Central, and the last one before 4. */
export const kafkaVersions = ["4.3.1", "3.9.2"] as const;

/** One of these releases. */
export type KafkaVersion = (typeof kafkaVersions)[number];

/** The newest Kafka that the tests run against. */
export const newestKafka: KafkaVersion = "4.3.1";

const supportFolder = path.join(import.meta.dirname, "kafka");

/** The folder with every jar of one release; Maven fetches them on the first use. */
export function kafkaJars(version: KafkaVersion = newestKafka): Promise<string> {
  return cached(`kafka-${version}`, async (folder) => {
    await runOrThrow(
      "mvn",
      [
        "--quiet",
        "--batch-mode",
        `--file=${path.join(supportFolder, "pom.xml")}`,
        `--activate-profiles=kafka${major(version)}`,
        `-Dkafka.version=${version}`,
        `-DoutputDirectory=${folder}`,
        "dependency:copy-dependencies",
      ],
      { timeoutMs: 600_000 },
    );
  });
}

/** The arguments every Java program of a release begins with: class path and logging to stderr. */
export async function javaArgs(
  version: KafkaVersion,
  logLevel: "INFO" | "WARN" | "ERROR",
): Promise<readonly string[]> {
  const jars = await kafkaJars(version);
  const logging =
    major(version) === "3"
      ? `-Dlog4j.configuration=file:${path.join(supportFolder, "log4j.properties")}`
      : `-Dlog4j2.configurationFile=file:${path.join(supportFolder, "log4j2.properties")}`;
  return [
    "-Djava.awt.headless=true",
    `-Dgroupscope.logLevel=${logLevel}`,
    logging,
    "-cp",
    path.join(jars, "*"),
  ];
}

function major(version: KafkaVersion): string {
  return version.slice(0, version.indexOf("."));
}
