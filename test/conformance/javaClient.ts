import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { kafkaClients, missingTools } from "../../scripts/protocol/kafkaClients.ts";

/** One direction of an API, or data inside a message. */
export type MessageKind = "request" | "response" | "data";

/** A message the Java client wrote: its bytes, and every field as the client read it. */
export interface JavaMessage {
  readonly kind: MessageKind;
  readonly name: string;
  readonly key: number;
  readonly version: number;
  readonly bytes: Uint8Array;
  readonly fields: { readonly header?: JavaStruct; readonly body: JavaStruct };
}

/** The fields of one struct; bytes are base64, 64-bit and unsigned 32-bit numbers are text. */
export type JavaStruct = Readonly<Record<string, unknown>>;

/** A message for the Java client to read and write again. */
export interface MessageForJava {
  readonly kind: MessageKind;
  readonly name: string;
  readonly version: number;
  readonly bytes: Uint8Array;
}

const maxOutputBytes = 512 * 1024 * 1024;

/** Fails, with the line that helps, when the Java client cannot be asked. */
export function expectJava(): void {
  const missing = missingTools();
  if (missing.length === 0) return;
  throw new Error(
    `The conformance test asks Kafka's own Java client, but ${missing.join(", ")} cannot be run. ` +
      "Install: apt-get install -y openjdk-17-jdk-headless maven",
  );
}

/** `count` random messages of each API, direction and version; `below` limits them to these APIs below these versions. */
export function randomJavaMessages(
  kafka: string,
  options: { readonly seed: number; readonly count: number; readonly below?: ReadonlyMap<string, number> },
): readonly JavaMessage[] {
  const limits = [...(options.below ?? [])].map(([name, version]) => `${name}:${version}`).join(",");
  const limit = options.below === undefined ? [] : [limits];
  const output = runJava(
    kafka,
    ["KafkaMessages.java", "random", String(options.seed), String(options.count), ...limit],
    "",
  );
  return output.map((line) => {
    const [kind, name, key, version, bytes, fields] = line.split("\t") as [MessageKind, ...string[]];
    return {
      kind,
      name: name ?? "",
      key: Number(key),
      version: Number(version),
      bytes: Uint8Array.from(Buffer.from(bytes ?? "", "base64")),
      fields: JSON.parse(fields ?? ""),
    };
  });
}

/** What the Java client writes after reading each message, in base64, or `refused: …`. */
export function echoedByJava(kafka: string, messages: readonly MessageForJava[]): readonly string[] {
  const lines = messages.map(({ kind, name, version, bytes }) =>
    [kind, name, version, Buffer.from(bytes).toString("base64")].join("\t"),
  );
  return runJava(kafka, ["KafkaMessages.java", "echo"], lines.join("\n"));
}

/** Runs one of the programs here with the Java client on its class path; gives the lines it prints. */
export function runJava(
  kafka: string,
  [program, ...options]: readonly [program: string, ...options: string[]],
  input: string,
): readonly string[] {
  const { classPath } = kafkaClients(kafka);
  const file = join(import.meta.dirname, program);
  const output = execFileSync("java", ["-cp", classPath, file, ...options], {
    encoding: "utf8",
    input,
    maxBuffer: maxOutputBytes,
    stdio: ["pipe", "pipe", "pipe"],
  });
  return output.split("\n").filter((line) => line !== "");
}
