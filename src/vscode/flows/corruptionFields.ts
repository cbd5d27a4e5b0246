import type { AdvancedOptions } from "#host/channel/sessionRequests.ts";
import { askPick, askText } from "../ui/ask.ts";
import { always, type FieldsByOption } from "./consumerField.ts";
import { checkDuration, checkWholeNumber, durationInput, parseDuration } from "./validation.ts";

const corruptPolicies = { halt: "stops its partition", skip: "is left out; the gap is recorded" } as const;

/** What a debug consumer does about batches that cannot be read. */
export const corruptionFields = {
  corruptBatchPolicy: [
    {
      section: "Corrupt batches",
      label: "A batch that cannot be read",
      detail: "check.crcs and more: stops its partition, is asked for again, or is left out",
      applies: always,
      text: ({ corruptBatchPolicy: policy }) =>
        typeof policy === "string"
          ? corruptPolicies[policy]
          : `is asked for ${policy.times} times more, every ${durationInput(policy.backoffMs)}, then ${corruptPolicies[policy.otherwise]}`,
      change: askCorruptPolicy,
    },
  ],
} satisfies Partial<FieldsByOption>;

async function askCorruptPolicy(title: string): Promise<Partial<AdvancedOptions> | undefined> {
  const answer = await askPick<"halt" | "skip" | "retryHalt" | "retrySkip">({
    title,
    placeholder: "What happens to a batch that cannot be read?",
    choices: [
      { choice: "halt", label: corruptPolicies.halt, description: "retry or skip it by hand" },
      { choice: "skip", label: corruptPolicies.skip },
      { choice: "retryHalt", label: "is asked for again, then stops its partition…" },
      { choice: "retrySkip", label: "is asked for again, then is left out…" },
    ],
  });
  if (typeof answer === "string") return undefined;
  if (answer.choice === "halt" || answer.choice === "skip") return { corruptBatchPolicy: answer.choice };
  const times = await askText({
    title,
    prompt: "How many times?",
    value: "3",
    validate: checkWholeNumber(1, 100),
  });
  if (typeof times === "string") return undefined;
  const backoff = await askText({
    title,
    prompt: "How long between two times?",
    value: "500 ms",
    validate: checkDuration,
  });
  if (typeof backoff === "string") return undefined;
  return {
    corruptBatchPolicy: {
      kind: "retry",
      times: Number(times.text),
      backoffMs: parseDuration(backoff.text) ?? 500,
      otherwise: answer.choice === "retryHalt" ? "halt" : "skip",
    },
  };
}
