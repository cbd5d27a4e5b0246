import {
  asMember,
  choiceField,
  durationField,
  type FieldsByOption,
  inGroup,
  yesNo,
} from "./consumerField.ts";

/** When a debug consumer commits by itself. */
export const commitFields = {
  autoCommit: [
    choiceField(
      "autoCommit",
      {
        section: "Commits",
        label: "Commits by itself",
        detail: "enable.auto.commit: when positions are committed without being told",
        applies: inGroup,
      },
      [
        { choice: "off", label: "no", description: "only when told" },
        {
          choice: "onPoll",
          label: "at a poll",
          description: "as Java: what earlier polls returned, once the interval has passed",
        },
        {
          choice: "onTimer",
          label: "by a timer",
          description: "as franz-go: what polls before the last one returned",
        },
      ],
    ),
  ],
  autoCommitIntervalMs: [
    durationField(
      {
        section: "Commits",
        label: "Commit interval",
        detail: "auto.commit.interval.ms: how often, at most",
        applies: (choice, { autoCommit }) => inGroup(choice) && autoCommit !== "off",
      },
      ({ autoCommitIntervalMs }) => autoCommitIntervalMs,
      (autoCommitIntervalMs) => ({ autoCommitIntervalMs }),
    ),
  ],
  commitOnRevoke: [
    yesNo("commitOnRevoke", {
      section: "Commits",
      label: "Commit before partitions are given up",
      detail: "every position, within the rebalance timeout",
      applies: asMember,
    }),
  ],
} satisfies Partial<FieldsByOption>;
