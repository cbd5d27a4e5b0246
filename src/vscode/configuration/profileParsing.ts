import type { ClusterProfile, SaslProfile, TlsProfile } from "#host/channel/clusterProfile.ts";

/** What the setting `groupscope.clusters` holds: the profiles that can be used, and what is wrong with the others. */
export interface ParsedProfiles {
  readonly profiles: readonly ClusterProfile[];
  /** In words, one per entry that is left out. */
  readonly problems: readonly string[];
}

/** Reads the setting as the user may have written it by hand. */
export function parseProfiles(setting: unknown): ParsedProfiles {
  if (setting === undefined || setting === null) return { profiles: [], problems: [] };
  if (!Array.isArray(setting)) return { profiles: [], problems: ["The setting is not a list."] };
  const profiles: ClusterProfile[] = [];
  const problems: string[] = [];
  const seen = new Set<string>();
  for (const [index, entry] of (setting as readonly unknown[]).entries()) {
    const parsed = parseProfile(entry);
    if (typeof parsed === "string") problems.push(`Entry ${index + 1} ${parsed}.`);
    else if (seen.has(parsed.id)) problems.push(`Entry ${index + 1} has the id of an earlier one.`);
    else {
      seen.add(parsed.id);
      profiles.push(parsed);
    }
  }
  return { profiles, problems };
}

function parseProfile(entry: unknown): ClusterProfile | string {
  if (!isObject(entry)) return "is not an object";
  const { id, name, bootstrapServers, tls, sasl } = entry;
  if (!isText(id)) return "has no id";
  if (id === "playground" || id.includes(":")) return `has the id "${id}", which is reserved`;
  if (!isText(name)) return "has no name";
  if (!isTexts(bootstrapServers) || bootstrapServers.length === 0)
    return `(${name}) names no bootstrap server`;
  const parsedTls = tls === undefined ? undefined : parseTls(tls);
  if (typeof parsedTls === "string") return `(${name}) ${parsedTls}`;
  const parsedSasl = sasl === undefined ? undefined : parseSasl(sasl);
  if (typeof parsedSasl === "string") return `(${name}) ${parsedSasl}`;
  return {
    id,
    name,
    bootstrapServers,
    ...(parsedTls && { tls: parsedTls }),
    ...(parsedSasl && { sasl: parsedSasl }),
  };
}

function parseTls(value: unknown): TlsProfile | string {
  if (!isObject(value)) return "has a tls that is not an object";
  const files = ["caFile", "certFile", "keyFile", "serverName"] as const;
  const wrong = files.find((key) => value[key] !== undefined && !isText(value[key]));
  if (wrong) return `has a tls.${wrong} that is not text`;
  if (value["certFile"] !== undefined && value["keyFile"] === undefined)
    return "has a client certificate without a key";
  return {
    ...Object.fromEntries(files.filter((key) => value[key] !== undefined).map((key) => [key, value[key]])),
    ...(value["acceptAnyCertificate"] === true && { acceptAnyCertificate: true }),
  };
}

function parseSasl(value: unknown): SaslProfile | string {
  if (!isObject(value)) return "has a sasl that is not an object";
  const { mechanism, username, token } = value;
  switch (mechanism) {
    case "PLAIN":
    case "SCRAM-SHA-256":
    case "SCRAM-SHA-512":
      return isText(username) ? { mechanism, username } : "has no sasl.username";
    case "OAUTHBEARER":
      return parseToken(token);
    default:
      return `has the SASL mechanism ${String(mechanism)}, which is not one of PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER`;
  }
}

function parseToken(token: unknown): SaslProfile | string {
  if (isObject(token) && token["from"] === "command" && isText(token["command"])) {
    return { mechanism: "OAUTHBEARER", token: { from: "command", command: token["command"] } };
  }
  if (isObject(token) && token["from"] === "environment" && isText(token["variable"])) {
    return { mechanism: "OAUTHBEARER", token: { from: "environment", variable: token["variable"] } };
  }
  return "does not say where its token comes from";
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "";
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isText);
}
