import type { WorkloadOptions } from "#host/channel/playgroundRequests.ts";
import type { HostLink } from "../host/hostLink.ts";
import { askPick, askText } from "../ui/ask.ts";
import { runWizard, type Step } from "../ui/wizard.ts";
import { checkWholeNumber } from "./validation.ts";

const title = "Produce";

type Pace = WorkloadOptions["pace"];
type PaceKind = Pace["kind"];

/** A producer while it is being chosen. */
interface Draft {
  readonly topic: string;
  readonly sample: WorkloadOptions["sample"];
  readonly kind: PaceKind | undefined;
  readonly options: WorkloadOptions | undefined;
}

/** Asks what the records are about, in what shape they come and how many; the rest is shown to accept or to change. */
export async function chooseProducer(link: HostLink, topic: string): Promise<WorkloadOptions | undefined> {
  const draft = await runWizard<Draft>([askSample, askShape, askRate, review(link)], {
    topic,
    sample: undefined,
    kind: undefined,
    options: undefined,
  });
  return draft?.options;
}

const askSample: Step<Draft> = async (draft, { canGoBack }) => {
  const answer = await askPick<NonNullable<WorkloadOptions["sample"]>>({
    title,
    canGoBack,
    placeholder: "What are the records about?",
    choices: [
      { choice: "orders", label: "Orders", description: "of a shop, keyed by customer" },
      { choice: "clicks", label: "Clicks", description: "on its pages, keyed by visitor" },
      { choice: "sensors", label: "Sensor readings", description: "that drift, keyed by sensor" },
    ],
  });
  return typeof answer === "string" ? answer : { ...draft, sample: answer.choice };
};

const shapes: readonly { readonly choice: PaceKind; readonly label: string; readonly description: string }[] =
  [
    { choice: "steady", label: "Steadily", description: "at one rate" },
    { choice: "burst", label: "A burst", description: "as fast as it goes, once" },
    { choice: "bursts", label: "Bursts", description: "one every ten seconds" },
    { choice: "ramp", label: "Ramp", description: "from nothing to the rate within a minute" },
    {
      choice: "wave",
      label: "Daily wave",
      description: "from a tenth of the rate up to it and down again, in two minutes",
    },
    {
      choice: "onOff",
      label: "On and off",
      description: "at the rate for ten seconds, then nothing for ten",
    },
  ];

const askShape: Step<Draft> = async (draft, { canGoBack }) => {
  const answer = await askPick<PaceKind>({
    title,
    canGoBack,
    placeholder: "How do they come?",
    choices: shapes,
  });
  return typeof answer === "string" ? answer : { ...draft, kind: answer.choice };
};

const askRate: Step<Draft> = async (draft, { canGoBack }) => {
  const { kind = "steady", topic, sample } = draft;
  const isBurst = kind === "burst" || kind === "bursts";
  const answer = await askText({
    title,
    canGoBack,
    prompt: isBurst
      ? "How many records?"
      : kind === "steady"
        ? "Records a second"
        : "Records a second at most",
    value: isBurst ? "1000" : "20",
    validate: checkWholeNumber(1, isBurst ? 1_000_000 : 100_000),
  });
  if (typeof answer === "string") return answer;
  return { ...draft, options: { topic, sample, pace: paceOf(kind, Number(answer.text)) } };
};

function paceOf(kind: PaceKind, rate: number): Pace {
  switch (kind) {
    case "burst":
      return { kind, count: rate };
    case "bursts":
      return { kind, count: rate, everyMs: 10_000 };
    case "steady":
      return { kind, recordsPerSecond: rate };
    case "ramp":
      return { kind, fromPerSecond: 0, toPerSecond: rate, overMs: 60_000 };
    case "wave":
      return { kind, lowPerSecond: rate / 10, highPerSecond: rate, periodMs: 120_000 };
    case "onOff":
      return { kind, recordsPerSecond: rate, onMs: 10_000, offMs: 10_000 };
  }
}

/** One thing that can be changed, with the ways it can be. */
interface Field {
  readonly label: string;
  readonly ways: readonly {
    readonly label: string;
    readonly change: Partial<WorkloadOptions>;
  }[];
}

const fields: readonly Field[] = [
  {
    label: "Keys",
    ways: [
      { label: "100 keys, some more frequent (Zipf)", change: { keys: undefined } },
      {
        label: "One hot key with 80 % of all records",
        change: { keys: { spread: "hot", count: 100, hotShare: 0.8 } },
      },
      { label: "1,000 keys, evenly", change: { keys: { spread: "even", count: 1_000 } } },
      { label: "12 keys in turn", change: { keys: { spread: "roundRobin", count: 12 } } },
      { label: "No keys", change: { keys: { spread: "none" }, tombstoneShare: 0 } },
    ],
  },
  {
    label: "Size",
    ways: [
      { label: "As the sample makes them", change: { size: undefined } },
      { label: "1 KB each", change: { size: { kind: "fixed", bytes: 1_000 } } },
      { label: "100 bytes to 10 KB", change: { size: { kind: "range", minBytes: 100, maxBytes: 10_000 } } },
      { label: "Every 100th is 500 KB", change: { size: { kind: "spikes", hugeBytes: 500_000, nth: 100 } } },
    ],
  },
  {
    label: "Headers",
    ways: [
      { label: "None", change: { headers: "none" } },
      { label: "As tracing libraries add them", change: { headers: "tracing" } },
    ],
  },
  {
    label: "Compression",
    ways: (["none", "gzip", "snappy", "lz4", "zstd"] as const).map((compression) => ({
      label: compression,
      change: { compression },
    })),
  },
  {
    label: "Tombstones",
    ways: [
      { label: "None", change: { tombstoneShare: 0 } },
      { label: "1 % of the records", change: { tombstoneShare: 0.01 } },
      { label: "20 % of the records", change: { tombstoneShare: 0.2 } },
    ],
  },
  {
    label: "Poison pills",
    ways: [
      { label: "None", change: { poison: undefined } },
      { label: "Every 10th record cannot be parsed", change: { poison: { nth: 10 } } },
      { label: "Every 1,000th record cannot be parsed", change: { poison: { nth: 1_000 } } },
    ],
  },
  {
    label: "Transactions",
    ways: [
      { label: "None", change: { transactions: undefined } },
      { label: "Of 50 records, all committed", change: { transactions: { records: 50, abortShare: 0 } } },
      { label: "Of 50 records, a fifth aborted", change: { transactions: { records: 50, abortShare: 0.2 } } },
    ],
  },
];

/** Starts with one press; every choice of a field comes back here. */
function review(link: HostLink): Step<Draft> {
  return async (draft, place) => {
    let options = draft.options;
    while (options) {
      const chosen = await askField(link, options, place);
      if (typeof chosen === "string") return chosen === "start" ? { ...draft, options } : chosen;
      const change = await askWay(chosen);
      if (change === "cancel") return change;
      if (change !== "back") options = { ...options, ...change };
    }
    return "cancel";
  };
}

async function askField(
  link: HostLink,
  options: WorkloadOptions,
  place: { readonly canGoBack: boolean },
): Promise<Field | "start" | "back" | "cancel"> {
  const { text, problem } = await link.request("playground.reviewProducing", options);
  const start = { choice: "start", label: "$(play) Start", detail: text, alwaysShow: true } as const;
  const answer = await askPick<Field | "start">({
    title,
    ...place,
    placeholder: problem ?? text,
    choices: [
      ...(problem === undefined ? [start] : []),
      ...fields.map((field) => ({ choice: field, label: `${field.label}…` })),
    ],
  });
  return typeof answer === "string" ? answer : answer.choice;
}

async function askWay({ label, ways }: Field): Promise<Partial<WorkloadOptions> | "back" | "cancel"> {
  const answer = await askPick<Partial<WorkloadOptions>>({
    title: label,
    canGoBack: true,
    placeholder: label,
    choices: ways.map(({ label, change }) => ({ choice: change, label })),
  });
  return typeof answer === "string" ? answer : answer.choice;
}
