import type { SeekTarget, StartPosition } from "#host/channel/sessionRequests.ts";
import { askPick, askText, type Choice } from "../ui/ask.ts";
import {
  type Check,
  checkDuration,
  checkOffset,
  checkTimestamp,
  parseDuration,
  parseTimestamp,
} from "./validation.ts";

/** A place in a log: start, end, an offset, a time, so long ago, or so far from an end. */
export type Place = Exclude<SeekTarget, { readonly kind: "step" | "committed" }>;

/** What is asked for a place that is not known by its kind alone. */
export type PlaceKind = Place["kind"];

/** The places to choose from, in the order in which people want them. */
export const placeChoices: readonly Choice<PlaceKind>[] = [
  { choice: "start", label: "Start", description: "the first record there is" },
  { choice: "end", label: "End", description: "only what comes from now on" },
  { choice: "offset", label: "Offset…" },
  { choice: "timestamp", label: "Time…", description: "the first record at or after it" },
  {
    choice: "duration",
    label: "Some time ago…",
    description: "the first record of the last minutes, hours or days",
  },
  {
    choice: "relative",
    label: "Before the end…",
    description: "so many offsets before the end, or after the start",
  },
];

/** The rest of a place of the chosen kind; undefined when the user gave up. */
export async function askPlace(title: string, kind: PlaceKind): Promise<Place | undefined> {
  switch (kind) {
    case "start":
    case "end":
      return { kind };
    case "offset": {
      const offset = await ask(title, { prompt: "Offset", placeholder: "0", check: checkOffset });
      return offset === undefined ? undefined : { kind, offset: BigInt(offset) };
    }
    case "timestamp": {
      const prompt = "Date and time, in this computer's time zone";
      const text = await ask(title, { prompt, placeholder: "2026-03-01 14:05", check: checkTimestamp });
      const timestampMs = text === undefined ? undefined : parseTimestamp(text);
      return timestampMs === undefined ? undefined : { kind, timestampMs };
    }
    case "duration": {
      const backMs = await askDuration(title, "How long ago?");
      return backMs === undefined ? undefined : { kind, backMs };
    }
    case "relative":
      return askRelative(title);
  }
}

/** Milliseconds, asked for as `15 min`. */
export async function askDuration(title: string, prompt: string): Promise<number | undefined> {
  const text = await ask(title, { prompt, placeholder: "15 min", check: checkDuration });
  return text === undefined ? undefined : parseDuration(text);
}

async function askRelative(title: string): Promise<Place | undefined> {
  const answer = await askPick<"start" | "end">({
    title,
    placeholder: "Counted from where?",
    choices: [
      { choice: "end", label: "Before the end", description: "the last n offsets" },
      { choice: "start", label: "After the start", description: "without the first n offsets" },
    ],
  });
  if (typeof answer === "string") return undefined;
  const text = await ask(title, { prompt: "How many offsets?", placeholder: "100", check: checkOffset });
  if (text === undefined) return undefined;
  const count = BigInt(text);
  return { kind: "relative", to: answer.choice, by: answer.choice === "end" ? -count : count };
}

async function ask(
  title: string,
  question: { readonly prompt: string; readonly placeholder: string; readonly check: Check },
): Promise<string | undefined> {
  const { prompt, placeholder, check } = question;
  const answer = await askText({ title, prompt, placeholder, validate: check });
  return typeof answer === "string" ? undefined : answer.text.trim();
}

type Committed = Extract<StartPosition, { readonly kind: "committed" }>;

const committedChoices: readonly Choice<Committed["else"] | "ago">[] = [
  { choice: "start", label: "Committed, else start" },
  { choice: "end", label: "Committed, else end" },
  { choice: "none", label: "Committed, else fail", description: "stops where nothing is committed" },
  { choice: "ago", label: "Committed, else some time ago…" },
];

/** Where reading begins; undefined when the user gave up. */
export async function askStartPosition(title: string, inGroup: boolean): Promise<StartPosition | undefined> {
  const answer = await askPick<StartPosition | PlaceKind | "ago">({
    title,
    placeholder: "Where does reading begin?",
    choices: [
      ...(inGroup
        ? committedChoices.map(({ choice, ...item }) => ({
            ...item,
            choice: choice === "ago" ? ("ago" as const) : ({ kind: "committed", else: choice } as const),
          }))
        : []),
      ...placeChoices,
    ],
  });
  if (typeof answer === "string") return undefined;
  const { choice } = answer;
  if (typeof choice !== "string") return choice;
  if (choice !== "ago") return askPlace(title, choice);
  const backMs = await askDuration(title, "Where nothing is committed: how long ago?");
  return backMs === undefined ? undefined : { kind: "committed", else: { backMs } };
}
