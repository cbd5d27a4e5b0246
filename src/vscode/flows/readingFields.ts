import { askPick } from "../ui/ask.ts";
import { askDuration } from "./askPlace.ts";
import {
  always,
  bytesField,
  choiceField,
  countField,
  durationField,
  type FieldsByOption,
  yesNo,
} from "./consumerField.ts";
import { durationInput } from "./validation.ts";

const resetPolicies = {
  nearest: "go to the nearest end",
  start: "go to the start",
  end: "go to the end",
  none: "stop there and say so",
} as const;

/** How a debug consumer reads: positions, fetching, buffer. */
export const readingFields = {
  resetPolicy: [
    {
      section: "Position",
      label: "When the position is out of range",
      detail: "auto.offset.reset: where to when the log was cut, expired or recreated",
      applies: always,
      text: ({ resetPolicy }) =>
        typeof resetPolicy === "string"
          ? resetPolicies[resetPolicy]
          : `go ${durationInput(resetPolicy.backMs)} back`,
      change: async (title, { resetPolicy }) => {
        const answer = await askPick<keyof typeof resetPolicies | "ago">({
          title,
          placeholder: "Where to when the log no longer has the position?",
          active: typeof resetPolicy === "string" ? resetPolicy : "ago",
          choices: [
            ...(Object.keys(resetPolicies) as (keyof typeof resetPolicies)[]).map((choice) => ({
              choice,
              label: resetPolicies[choice],
            })),
            { choice: "ago" as const, label: "go some time back…" },
          ],
        });
        if (typeof answer === "string") return undefined;
        if (answer.choice !== "ago") return { resetPolicy: answer.choice };
        const backMs = await askDuration(title, "How long back?");
        return backMs === undefined ? undefined : { resetPolicy: { backMs } };
      },
    },
  ],
  fetchSessions: [
    yesNo("fetchSessions", {
      section: "Fetching",
      label: "Fetch sessions",
      detail: "only changes are asked for (KIP-227)",
    }),
  ],
  fetch: [
    durationField(
      {
        section: "Fetching",
        label: "Longest wait of a fetch",
        detail: "fetch.max.wait.ms: so long a broker may wait for fetch.min.bytes",
      },
      ({ fetch }) => fetch.maxWaitMs,
      (maxWaitMs, { fetch }) => ({ fetch: { ...fetch, maxWaitMs } }),
    ),
    ...(
      [
        ["minBytes", "Least bytes of a fetch", "fetch.min.bytes: the broker waits for as much"],
        ["maxBytes", "Most bytes of a fetch", "fetch.max.bytes: of all partitions in one answer"],
        ["maxPartitionBytes", "Most bytes of a partition", "max.partition.fetch.bytes: in one answer"],
      ] as const
    ).map(([key, label, detail]) =>
      bytesField(
        { section: "Fetching", label, detail },
        ({ fetch }) => fetch[key],
        (bytes, { fetch }) => ({ fetch: { ...fetch, [key]: bytes } }),
      ),
    ),
  ],
  controlRecords: [
    yesNo("controlRecords", {
      section: "Fetching",
      label: "Show control records",
      detail: "transaction markers are delivered too, marked as such",
    }),
  ],
  pausedBuffer: [
    choiceField(
      "pausedBuffer",
      {
        section: "Buffer",
        label: "Buffered records of a paused partition",
        detail: "what happens to them at a pause",
      },
      [
        { choice: "retain", label: "stay", description: "as in Java's client" },
        {
          choice: "discard",
          label: "are dropped",
          description: "and fetched again after the pause, as in franz-go",
        },
      ],
    ),
  ],
  maxBufferedRecords: [
    countField(
      { section: "Buffer", label: "Most buffered records", detail: "fetching pauses beyond" },
      ({ maxBufferedRecords }) => maxBufferedRecords,
      (maxBufferedRecords) => ({ maxBufferedRecords }),
    ),
  ],
  maxBufferedBytes: [
    bytesField(
      { section: "Buffer", label: "Most buffered bytes", detail: "fetching pauses beyond" },
      ({ maxBufferedBytes }) => maxBufferedBytes,
      (maxBufferedBytes) => ({ maxBufferedBytes }),
    ),
  ],
} satisfies Partial<FieldsByOption>;
