import { lowerCamel, type Message } from "./messageModel.ts";
import { apiNotes, type VersionNotes } from "./notes.ts";
import { FieldRenderer } from "./renderFields.ts";

/** Both directions of one API. */
export interface ApiDefinition {
  readonly key: number;
  readonly name: string;
  readonly request: Message;
  readonly response: Message;
}

/** The source of `apis/<name>.ts`, not yet formatted. */
export function renderApi(api: ApiDefinition): string {
  const { name, request, response } = api;
  const renderer = new FieldRenderer();
  const requestSource = renderer.struct(request.fields, request.versions);
  const responseSource = renderer.struct(response.fields, response.versions);
  const flexible = request.flexible === undefined ? "" : `flexibleSince: ${request.flexible.from},`;
  const constant = lowerCamel(name);
  return [
    header(name, request, apiNotes[name]),
    importLines(renderer, new Map([["../api.ts", ["type Api"]]])),
    ...renderer.commons,
    `const request = ${requestSource};`,
    `const response = ${responseSource};`,
    `export type ${name}Request = Decoded<typeof request>;\nexport type ${name}Response = Decoded<typeof response>;`,
    `export const ${constant}: Api<typeof request, typeof response> = {
      key: ${api.key}, name: "${name}", versions: [${request.versions.from}, ${request.versions.to}], ${flexible} request, response,
    };`,
  ].join("\n\n");
}

/** The source of `data/<name>.ts`, not yet formatted. */
export function renderData(message: Message): string {
  if (message.flexible !== undefined)
    throw new Error(`${message.name}: flexible data schemas are not written yet`);
  const renderer = new FieldRenderer();
  const { from, to } = message.versions;
  const body = renderer.struct(message.fields, message.versions);
  return [
    header(message.name, message, apiNotes[message.name]),
    importLines(renderer, new Map([["./dataSchema.ts", ["type DataSchema"]]])),
    ...renderer.commons,
    `const body = ${body};`,
    `export type ${message.name} = Decoded<typeof body>;`,
    `export const ${lowerCamel(message.name)}: DataSchema<typeof body> = {
      name: "${message.name}", versions: [${from}, ${to}], body,
    };`,
  ].join("\n\n");
}

/** The source of `apiRegistry.ts`, not yet formatted. */
export function renderRegistry(apis: readonly ApiDefinition[]): string {
  const names = apis.map(({ name }) => lowerCamel(name));
  const imports = names.map((name) => `import { ${name} } from "./apis/${name}.ts";`).sort();
  return [
    "// Generated with the files of apis/: every API, by key. Importing it pulls all of them into a bundle.",
    [`import type { Api } from "./api.ts";`, ...imports].join("\n"),
    `/** Every API that a Kafka of today knows, in the order of their keys. */
    export const allApis: readonly Api[] = [${names.join(", ")}];`,
    "const byKey: ReadonlyMap<number, Api> = new Map(allApis.map((api) => [api.key, api]));",
    `/** The API of this key, or undefined when it is newer than these schemas. */
    export function apiByKey(key: number): Api | undefined { return byKey.get(key); }`,
  ].join("\n\n");
}

function header(name: string, { versions }: Message, notes: VersionNotes | undefined): string {
  const range = versions.from === versions.to ? `v${versions.from}` : `v${versions.from}-${versions.to}`;
  const lines = [`// ${name}: ${range}`];
  const entries = Object.entries(notes ?? {});
  for (const [version] of entries) {
    if (Number(version) < versions.from || Number(version) > versions.to) {
      throw new Error(`notes: ${name} has no v${version}`);
    }
  }
  if (entries.length > 0) lines.push("//");
  for (const [version, note] of entries) lines.push(`// v${version.padEnd(3)} ${note}`);
  return lines.join("\n");
}

function importLines(renderer: FieldRenderer, others: ReadonlyMap<string, readonly string[]>): string {
  const modules = new Map<string, readonly string[]>([...others, ...renderer.imports]);
  modules.set("../schema/type.ts", ["type Decoded", ...(modules.get("../schema/type.ts") ?? [])]);
  return [...modules]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([home, names]) => {
      const typesOnly = names.every((name) => name.startsWith("type "));
      const list = typesOnly ? names.map((name) => name.slice("type ".length)) : names;
      return `import ${typesOnly ? "type " : ""}{ ${list.join(", ")} } from "${home}";`;
    })
    .join("\n");
}
