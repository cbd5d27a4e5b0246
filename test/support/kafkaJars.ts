import path from "node:path";
import { cached } from "./cache.ts";
import { runOrThrow } from "./runProgram.ts";

/** The releases the tests run: the newest whose tools are all on Maven Central, and the last one before 4. */
export const kafkaVersions = ["4.3.1", "3.9.2"] as const;

/** One of these releases. */
export type KafkaVersion = (typeof kafkaVersions)[number];

/** The releases of the Java client the tests run: of the newest one they need nothing else. */
export const javaClientVersions = ["4.4.0", ...kafkaVersions] as const;

/** One of these releases. */
export type JavaClientVersion = (typeof javaClientVersions)[number];

/** The newest Kafka that the tests run against. */
export const newestKafka: KafkaVersion = "4.3.1";

const supportFolder = path.join(import.meta.dirname, "kafka");

/** The folder with the jars of one release, those of its client alone or all; Maven fetches them on the first use. */
export function kafkaJars(version: JavaClientVersion = newestKafka): Promise<string> {
  const what = kafkaVersions.some((each) => each === version) ? "server" : "client";
  return cached(`kafka-${version}`, async (folder) => {
    await runOrThrow(
      "mvn",
      [
        "--quiet",
        "--batch-mode",
        `--file=${path.join(supportFolder, "pom.xml")}`,
        `--activate-profiles=${what},kafka${major(version)}`,
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
  version: JavaClientVersion,
  logLevel: "INFO" | "WARN" | "ERROR",
  classFolders: readonly string[] = [],
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
    [path.join(jars, "*"), ...classFolders].join(path.delimiter),
  ];
}

function major(version: JavaClientVersion): string {
  return version.slice(0, version.indexOf("."));
}
