/** Checks of typed input: each returns what is wrong, in words, or undefined. */
export type Check = (text: string) => string | undefined;

export const checkName: Check = (text) => (text.trim() === "" ? "A name is needed." : undefined);

/** `host:port`, several separated by commas; IPv6 addresses in brackets. */
export const checkBootstrapServers: Check = (text) => {
  const servers = splitServers(text);
  if (servers.length === 0) return "At least one address is needed, such as localhost:9092.";
  const wrong = servers.find((server) => !isServer(server));
  return wrong === undefined
    ? undefined
    : `"${wrong}" is not host:port. Give the port too, such as ${wrong.split(":")[0] || "localhost"}:9092.`;
};

export function splitServers(text: string): readonly string[] {
  return text
    .split(/[\s,]+/)
    .map((server) => server.replace(/^[a-z0-9_]+:\/\//i, ""))
    .filter((server) => server !== "");
}

function isServer(server: string): boolean {
  const match = /^(?:\[[0-9a-f:.%]+\]|[^\s:[\]/]+):(\d{1,5})$/i.exec(server);
  const port = Number(match?.[1]);
  return match !== null && port >= 1 && port <= 65_535;
}

/** Kafka's rule for topic names. */
export const checkTopicName: Check = (text) => {
  const name = text.trim();
  if (name === "") return "A name is needed.";
  if (name === "." || name === "..") return `A topic cannot be named "${name}".`;
  if (name.length > 249) return "A topic's name has at most 249 characters.";
  return /^[\w.-]+$/.test(name) ? undefined : "Letters, digits, dots, underscores and hyphens only.";
};

export const checkGroupId: Check = (text) => (text.trim() === "" ? "A group id is needed." : undefined);

export const checkOffset: Check = (text) =>
  /^\d{1,19}$/.test(text.trim()) ? undefined : "An offset is a whole number from 0.";

export const checkStep: Check = (text) =>
  /^[+-]?[1-9]\d{0,18}$/.test(text.trim()) ? undefined : "A whole number such as 10, or -10 to go back.";

/** A whole number within limits. */
export function checkWholeNumber(least: number, most: number): Check {
  return (text) => {
    const value = Number(text.trim());
    return Number.isInteger(value) && value >= least && value <= most && text.trim() !== ""
      ? undefined
      : `A whole number from ${least.toLocaleString("en")} to ${most.toLocaleString("en")}.`;
  };
}

export const checkTimestamp: Check = (text) =>
  parseTimestamp(text) === undefined
    ? parseDuration(text) === undefined
      ? "A date and time such as 2026-03-01 14:05, in this computer's time zone, or milliseconds since 1970."
      : "That is a time ago, not a date: go back and choose Some time ago, or give a date such as 2026-03-01 14:05."
    : undefined;

/** Milliseconds since the Unix epoch: as such, or from a date and time (local unless it says otherwise). */
export function parseTimestamp(text: string): number | undefined {
  const trimmed = text.trim();
  if (/^\d{10,14}$/.test(trimmed)) return Number(trimmed);
  if (!/^\d{4}-\d{2}-\d{2}/.test(trimmed)) return undefined;
  // A date alone is UTC to the Date parser; people mean their own midnight.
  const parsed = Date.parse(
    /^\d{4}-\d{2}-\d{2}$/.test(trimmed) ? `${trimmed}T00:00` : trimmed.replace(" ", "T"),
  );
  return Number.isNaN(parsed) ? undefined : parsed;
}

/** `name: value` lines of record headers. */
export function parseHeaders(
  text: string,
): readonly { readonly key: string; readonly value: string }[] | undefined {
  const headers: { key: string; value: string }[] = [];
  for (const part of text.split(/[;\n]/)) {
    if (part.trim() === "") continue;
    const at = part.indexOf(":");
    if (at < 1) return undefined;
    headers.push({ key: part.slice(0, at).trim(), value: part.slice(at + 1).trim() });
  }
  return headers;
}

/** What is wrong with it, and, where it may be left out, what that means. */
export function typedProblem(
  text: string,
  { check, none }: { readonly check: Check; readonly none?: string },
): string | undefined {
  if (none === undefined) return check(text);
  const problem = text === "" ? undefined : check(text);
  return problem === undefined ? undefined : `${problem} Empty: ${none}.`;
}

const unitsMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Milliseconds of `500 ms`, `30 s`, `15 min`, `2 h`, `1 d`; a number alone is seconds. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|min|h|d)?$/.exec(text.trim());
  const unit = unitsMs[match?.[2] ?? "s"];
  const value = match && unit !== undefined ? Math.round(Number(match[1]) * unit) : undefined;
  return value !== undefined && Number.isSafeInteger(value) ? value : undefined;
}

export const checkDuration: Check = (text) =>
  parseDuration(text) === undefined ? "A time such as 500 ms, 30 s, 15 min, 2 h or 1 d." : undefined;

/** The shortest way to write a duration that `parseDuration` reads back. */
export function durationInput(ms: number): string {
  if (ms === 0) return "0 s";
  const unit = ["d", "h", "min", "s"].find((each) => ms % (unitsMs[each] ?? 1) === 0) ?? "ms";
  return `${ms / (unitsMs[unit] ?? 1)} ${unit}`;
}

const byteUnits: Readonly<Record<string, number>> = {
  B: 1,
  KiB: 1_024,
  MiB: 1_048_576,
  GiB: 1_073_741_824,
};

/** The most that Kafka's own properties of a size hold. */
const mostBytes = 2_147_483_647;

/** Bytes of `512 KiB`, `50 MiB`, `1.5 GiB`; a number alone is bytes. Undefined outside 1 to 2,147,483,647. */
export function parseBytes(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*(?:([kmg])(?:i?b)?|b)?$/i.exec(text.trim());
  const unit = match?.[2] === undefined ? 1 : byteUnits[`${match[2].toUpperCase()}iB`];
  const value = match && unit !== undefined ? Math.round(Number(match[1]) * unit) : undefined;
  return value !== undefined && value >= 1 && value <= mostBytes ? value : undefined;
}

export const checkBytes: Check = (text) =>
  parseBytes(text) === undefined
    ? "A size such as 512 KiB or 50 MiB, from 1 byte to below 2 GiB."
    : undefined;

/** The shortest way to write a size that `parseBytes` reads back. */
export function bytesInput(bytes: number): string {
  const unit = ["GiB", "MiB", "KiB"].find((each) => bytes % (byteUnits[each] ?? 1) === 0) ?? "B";
  return `${bytes / (byteUnits[unit] ?? 1)} ${unit}`;
}
