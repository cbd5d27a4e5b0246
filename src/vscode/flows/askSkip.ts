import * as vscode from "vscode";
import type { SkipPreview, SkipTarget, SkipWay } from "#host/channel/sessionRequests.ts";
import { askPick } from "../ui/ask.ts";
import { askDuration, askPlace } from "./askPlace.ts";
import { previewLine, previewTitle } from "./skipPreview.ts";

/** How to skip, and whether the group learns of it. */
export interface SkipDecision {
  readonly how: SkipWay;
  readonly commit: boolean;
}

/** Up to where; undefined when the user gave up. */
export async function askSkipTarget(
  title: string,
  /** What time it is where the records are: a playground's clock may show another. */
  now: () => Promise<number>,
): Promise<SkipTarget | undefined> {
  const answer = await askPick<SkipTarget["kind"] | "duration">({
    title,
    placeholder: "Up to where? The next page shows what that leaves out.",
    choices: [
      { choice: "end", label: "To the end", description: "everything that is there now" },
      { choice: "timestamp", label: "To a time…", description: "everything older than that" },
      {
        choice: "duration",
        label: "To some time ago…",
        description: "keeps the last minutes, hours or days",
      },
    ],
  });
  if (typeof answer === "string") return undefined;
  if (answer.choice === "end") return { kind: "end" };
  if (answer.choice === "duration") {
    const backMs = await askDuration(title, "How long ago?");
    return backMs === undefined
      ? undefined
      : { kind: "timestamp", timestampMs: Math.round((await now()) - backMs) };
  }
  const place = await askPlace(title, "timestamp");
  return place?.kind === "timestamp" ? place : undefined;
}

/** Shows what would be left out of each partition, and asks how; undefined when the user gave up. */
export async function askSkipWay(
  previews: readonly SkipPreview[],
  {
    to,
    rather = "move",
    isMember,
    inGroup,
  }: {
    readonly to: SkipTarget;
    readonly rather?: SkipWay | undefined;
    readonly isMember: boolean;
    readonly inGroup: boolean;
  },
): Promise<SkipDecision | undefined> {
  const ways = [
    {
      choice: { how: "move", commit: false },
      label: "$(debug-step-over) Move the position",
      description: "nothing is fetched; nothing is committed",
    },
    {
      choice: { how: "move", commit: true },
      label: "$(check) Move the position and commit",
      description: "the group goes on from there, whoever reads next",
    },
    {
      choice: { how: "discard", commit: false },
      label: "$(trash) Consume and discard",
      description: "fetches everything and counts it exactly; nothing is committed",
    },
    {
      choice: { how: "discard", commit: true },
      label: "$(check-all) Consume, discard and commit",
      description: "fetches and counts, then the group goes on from there",
    },
    {
      choice: { how: "rejoin", commit: true },
      label: "$(sync) Commit, leave and rejoin",
      description: "as if it was stopped, the offset moved, and started again",
    },
  ] as const;
  const answer = await askPick<SkipDecision>({
    title: previewTitle(previews, to),
    placeholder: rather === "discard" ? "How? Enter consumes and discards" : "How? Enter moves the position",
    active: ways.find(({ choice }) => choice.how === rather)?.choice,
    choices: [
      ...ways.filter(({ choice }) => (choice.how === "rejoin" ? isMember : inGroup || !choice.commit)),
      { label: "Left out", kind: vscode.QuickPickItemKind.Separator },
      ...previews.map((preview) => ({ ...previewLine(preview), alwaysShow: true })),
    ],
  });
  return typeof answer === "string" ? undefined : answer.choice;
}
