import type { AdvancedOptions, SessionChoice } from "#host/channel/sessionRequests.ts";
import { askPick, askText, type Choice } from "../ui/ask.ts";
import {
  bytesInput,
  checkBytes,
  checkDuration,
  checkWholeNumber,
  durationInput,
  parseBytes,
  parseDuration,
  typedProblem,
} from "./validation.ts";

/** One line of the advanced part of the form: what it says now, and how it is changed. */
export interface ConsumerField {
  readonly section: string;
  readonly label: string;
  /** For readers who do not know the option. */
  readonly detail: string;
  /** False hides it: it would change nothing. */
  readonly applies: (choice: SessionChoice, options: AdvancedOptions) => boolean;
  readonly text: (options: AdvancedOptions) => string;
  /** Undefined when the user gave up. */
  readonly change: (title: string, options: AdvancedOptions) => Promise<Partial<AdvancedOptions> | undefined>;
}

/** Where a field stands, and how it is called. */
export type FieldPlace = Pick<ConsumerField, "section" | "label" | "detail"> &
  Partial<Pick<ConsumerField, "applies">>;

/** Every option with its lines: most have one. */
export type FieldsByOption = Readonly<Record<keyof AdvancedOptions, readonly ConsumerField[]>>;

export const always = () => true;
/** Whether it reads in a group that could have others in it. */
export const asMember = (choice: SessionChoice) =>
  choice.groupId !== undefined && choice.partitions === undefined;
export const inGroup = (choice: SessionChoice) => choice.groupId !== undefined;

/** One of a few values. */
export function choiceField<Key extends keyof AdvancedOptions>(
  key: Key,
  place: FieldPlace,
  choices: readonly Choice<AdvancedOptions[Key]>[],
): ConsumerField {
  return {
    applies: always,
    ...place,
    text: (options) => choices.find(({ choice }) => choice === options[key])?.label ?? String(options[key]),
    change: async (title, options) => {
      const answer = await askPick<AdvancedOptions[Key]>({
        title,
        placeholder: place.detail,
        active: options[key],
        choices,
      });
      return typeof answer === "string" ? undefined : ({ [key]: answer.choice } as Partial<AdvancedOptions>);
    },
  };
}

/** A switch. */
export function yesNo(
  key: "controlRecords" | "fetchSessions" | "commitOnRevoke" | "blockRebalanceOnPoll",
  place: FieldPlace,
) {
  return choiceField(key, place, [
    { choice: false, label: "no" },
    { choice: true, label: "yes" },
  ]);
}

/** A number or text that is typed. */
export function typedField(
  place: FieldPlace,
  value: {
    readonly show: (options: AdvancedOptions) => string;
    readonly check: (text: string) => string | undefined;
    readonly set: (text: string, options: AdvancedOptions) => Partial<AdvancedOptions>;
    /** Said for an empty value. */
    readonly none?: string;
  },
): ConsumerField {
  return {
    applies: always,
    ...place,
    text: (options) => value.show(options) || (value.none ?? "–"),
    change: async (title, options) => {
      const answer = await askText({
        title,
        prompt: `${place.label} · ${place.detail}`,
        value: value.show(options),
        validate: (text) => typedProblem(text.trim(), value),
      });
      return typeof answer === "string" ? undefined : value.set(answer.text.trim(), options);
    },
  };
}

/** A time, typed as `30 s`. */
export function durationField(
  place: FieldPlace,
  read: (options: AdvancedOptions) => number,
  write: (ms: number, options: AdvancedOptions) => Partial<AdvancedOptions>,
): ConsumerField {
  return typedField(place, {
    show: (options) => durationInput(read(options)),
    check: checkDuration,
    set: (text, options) => write(parseDuration(text) ?? read(options), options),
  });
}

/** A whole number from 1. */
export function countField(
  place: FieldPlace,
  read: (options: AdvancedOptions) => number,
  write: (count: number, options: AdvancedOptions) => Partial<AdvancedOptions>,
): ConsumerField {
  const plain = (text: string) => text.replaceAll(",", "");
  const check = checkWholeNumber(1, 2_147_483_647);
  return typedField(place, {
    show: (options) => read(options).toLocaleString("en"),
    check: (text) => check(plain(text)),
    set: (text, options) => write(Number(plain(text)), options),
  });
}

/** A size from 1 byte, typed as `50 MiB`. */
export function bytesField(
  place: FieldPlace,
  read: (options: AdvancedOptions) => number,
  write: (bytes: number, options: AdvancedOptions) => Partial<AdvancedOptions>,
): ConsumerField {
  return typedField(place, {
    show: (options) => bytesInput(read(options)),
    check: checkBytes,
    set: (text, options) => write(parseBytes(text) ?? read(options), options),
  });
}

/** A text that may be left out. */
export function textField(
  key: "serverAssignor" | "topicPattern" | "rack",
  place: FieldPlace,
  none: string,
): ConsumerField {
  return typedField(place, {
    show: (options) => options[key] ?? "",
    check: () => undefined,
    set: (text) => ({ [key]: text === "" ? undefined : text }) as Partial<AdvancedOptions>,
    none,
  });
}
