import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseDefinition } from "./definition.ts";
import { type KafkaClients, kafkaClients, newestKafka, olderKafka } from "./kafkaClients.ts";
import { mergeMessages } from "./merge.ts";
import { lowerCamel, type Message, resolveMessage } from "./messageModel.ts";
import { apiNotes } from "./notes.ts";
import { type ApiDefinition, renderApi, renderData, renderRegistry } from "./render.ts";

const repository = join(import.meta.dirname, "../..");
const dataSchemas = ["ConsumerProtocolAssignment", "ConsumerProtocolSubscription"];

/** Everything the generator makes: path below `src/protocol`, and formatted text. */
export function produce(): ReadonlyMap<string, string> {
  const newer = kafkaClients(newestKafka);
  const older = kafkaClients(olderKafka);
  const apis = apiDefinitions(newer, older);
  expectNotesHaveSubject(apis);
  const files = new Map<string, string>();
  for (const api of apis) files.set(`apis/${lowerCamel(api.name)}.ts`, renderApi(api));
  for (const name of dataSchemas)
    files.set(`data/${lowerCamel(name)}.ts`, renderData(merged(name, newer, older)));
  files.set("apiRegistry.ts", renderRegistry(apis));
  files.set("errorTable.ts", renderErrors(newer));
  return formatted(files);
}

/** A note for an API that was renamed would vanish without a word. */
function expectNotesHaveSubject(apis: readonly ApiDefinition[]): void {
  const subjects = new Set([...apis.map(({ name }) => name), ...dataSchemas]);
  const astray = Object.keys(apiNotes).filter((name) => !subjects.has(name));
  if (astray.length > 0) throw new Error(`notes: nothing is called ${astray.join(", ")}`);
}

function apiDefinitions(newer: KafkaClients, older: KafkaClients): readonly ApiDefinition[] {
  return [...newer.definitions.keys()]
    .filter((name) => name.endsWith("Request") && isLive(name, newer))
    .map((requestName) => {
      const name = requestName.slice(0, -"Request".length);
      const request = merged(requestName, newer, older);
      const response = merged(`${name}Response`, newer, older);
      expectSame(
        name,
        [request.apiKey, request.versions, request.flexible],
        [response.apiKey, response.versions, response.flexible],
      );
      return { key: request.apiKey ?? -1, name, request, response };
    })
    .sort((one, other) => one.key - other.key);
}

function isLive(name: string, clients: KafkaClients): boolean {
  return resolveMessage(parseDefinition(clients.definitions.get(name) ?? "{}")) !== undefined;
}

function merged(name: string, newer: KafkaClients, older: KafkaClients): Message {
  const resolved = ({ definitions }: KafkaClients) => {
    const text = definitions.get(name);
    return text === undefined ? undefined : resolveMessage(parseDefinition(text));
  };
  const newest = resolved(newer);
  if (newest === undefined) throw new Error(`${name} is not defined`);
  return mergeMessages(resolved(older), newest);
}

function expectSame(name: string, request: unknown, response: unknown): void {
  if (JSON.stringify(request) !== JSON.stringify(response)) {
    throw new Error(`${name}: key and versions of request and response differ`);
  }
}

function renderErrors({ classPath }: KafkaClients): string {
  const program = join(import.meta.dirname, "KafkaErrors.java");
  const lines = execFileSync("java", ["-cp", classPath, program], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const errors = lines
    .trim()
    .split("\n")
    .map((line) => {
      const [code, name, retriable] = line.split(" ");
      return { code: Number(code), name, retriable: retriable === "true" };
    });
  const codes = errors
    .sort((one, other) => one.code - other.code)
    .map(({ code, name }) => `${name}: ${code},`);
  const retriable = errors.filter((error) => error.retriable).map(({ name }) => `"${name}",`);
  return [
    "// Generated: the error codes of the Java client.",
    `/** Kafka's error codes by name. */\nexport const errorTable = {\n${codes.join("\n")}\n} as const;`,
    `/** The errors after which the Java client tries the same request again. */
    export const retriableErrors = [\n${retriable.join("\n")}\n] as const satisfies readonly (keyof typeof errorTable)[];`,
  ].join("\n\n");
}

/** The files as Biome formats them here: the generator's output is held to the rules of all other source. */
function formatted(files: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const scratch = mkdtempSync(join(tmpdir(), "groupscope-protocol-"));
  try {
    const { formatter } = JSON.parse(readFileSync(join(repository, "biome.json"), "utf8"));
    writeFileSync(join(scratch, "biome.json"), JSON.stringify({ formatter, linter: { enabled: false } }));
    for (const [path, text] of files) {
      mkdirSync(join(scratch, dirname(path)), { recursive: true });
      writeFileSync(join(scratch, path), text);
    }
    execFileSync(join(repository, "node_modules/.bin/biome"), ["check", "--write", "."], {
      cwd: scratch,
      stdio: "pipe",
    });
    return new Map([...files.keys()].sort().map((path) => [path, readFileSync(join(scratch, path), "utf8")]));
  } finally {
    rmSync(scratch, { recursive: true });
  }
}
