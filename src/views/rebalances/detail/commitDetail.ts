import { topicPartitionText } from "#base/topicPartition.ts";
import { type CommitView, findCommit } from "#model/commits.ts";
import { commitWait } from "#model/commitWait.ts";
import {
  blockText,
  commitErrorText,
  commitOffsetsText,
  committerName,
  queuedText,
} from "#model/commitWords.ts";
import { commitAgain } from "#model/detectors/commitGivenUp.ts";
import { countText, durationText, sentence } from "#model/words.ts";
import type { Detail, DetailRow, MarkRef } from "#webview/rebalances/contract.ts";
import { allCommits, commitEnd, committerOf, isHanging } from "../commitLanes.ts";
import { outcomeText } from "../commitOutcome.ts";
import type { Scene } from "../input.ts";
import { type LaneIndex, sameLane, shownIn } from "../laneKeys.ts";
import { evidenceRow, plain, row, rows } from "./row.ts";

const maxOffsetRows = 20;

/** The commit inspector: what it is, what it waits for, when that ends, what to do. */
export function commitDetail(scene: Scene, ref: MarkRef & { readonly kind: "commit" }): Detail | undefined {
  const commit = scene.group.commits && findCommit(scene.group.commits, ref);
  if (!commit) return undefined;
  const { latest } = commit;
  const title = `Commit #${commit.number} by ${committerName(scene.cluster, scene.group, latest)} · ${commitOffsetsText(latest)}`;
  return latest.state === "settled"
    ? settled(scene, commit, { ref, title })
    : waiting(scene, commit, { ref, title });
}

/** Several commits drawn as one mark. */
export function commitsDetail(
  scene: Scene,
  index: LaneIndex,
  ref: MarkRef & { readonly kind: "commits" },
): Detail | undefined {
  const commits = allCommits(scene).filter((commit) => {
    const lane = committerOf(index, commit)?.lane;
    const { queuedAt } = commit.latest;
    if (lane === undefined || !sameLane(shownIn(index, lane), ref.lane)) return false;
    return queuedAt >= ref.fromMs && queuedAt <= ref.toMs;
  });
  if (commits.length === 0) return undefined;
  return {
    ...plain,
    ref,
    title: `${countText(commits.length)} commits`,
    rows: commits
      .slice(0, maxOffsetRows)
      .map((commit) =>
        row(
          `#${commit.number}`,
          `${commitOffsetsText(commit.latest)} · ${outcomeText(commit)}`,
          commit.latest.queuedAt,
        ),
      ),
    explanation: ["They lie too close together to be told apart. Zoom in to see them one by one."],
  };
}

interface Heading {
  readonly ref: MarkRef;
  readonly title: string;
}

function waiting(scene: Scene, commit: CommitView, { ref, title }: Heading): Detail {
  const { latest } = commit;
  const wait = commitWait({ cluster: scene.cluster, group: scene.group, now: scene.now }, commit);
  const waited = durationText(scene.now - latest.queuedAt);
  const hanging = isHanging(scene, commit);
  const deadline =
    latest.deadlineAt === undefined ? "" : ` / deadline ${durationText(latest.deadlineAt - latest.queuedAt)}`;
  return {
    ...plain,
    ref,
    title,
    status: `${hanging ? "hanging" : "waits"} ${waited}${deadline}`,
    severity: hanging ? "error" : "info",
    rows: [...wait.evidence.map(evidenceRow), ...wait.endsBy.map(evidenceRow), ...offsetRows(commit)],
    explanation: wait.because,
    // This strip already shows what it waits for.
    remedies: isLive(scene) ? wait.remedies.filter(({ action }) => action.kind !== "showCommit") : [],
    questions: [{ question: "Why can't it just send?", answer: whyNotSend(commit) }],
  };
}

function settled(scene: Scene, commit: CommitView, { ref, title }: Heading): Detail {
  const { latest } = commit;
  const end = commitEnd(commit) ?? latest.stateSince;
  const took = durationText(end - latest.queuedAt);
  const succeeded = latest.outcome === "committed";
  return {
    ...plain,
    ref,
    title,
    status: `${outcomeText(commit)} after ${took}`,
    severity: succeeded ? "none" : latest.outcome === "failed" ? "error" : "warning",
    rows: [
      ...begun(scene, commit),
      ...rows(
        latest.sentAt !== undefined && row("sent", "to the coordinator", latest.sentAt),
        row("settled", outcomeText(commit), end),
        latest.lateAnswer &&
          row(
            "late answer",
            latest.lateAnswer.error === undefined
              ? "the coordinator accepted it after all"
              : commitErrorText(latest.lateAnswer.error),
            latest.lateAnswer.at,
          ),
      ),
      ...offsetRows(commit),
    ],
    explanation: [
      ...(latest.message === undefined ? [] : [sentence(latest.message)]),
      ...outcomeKnown(commit),
      ...(isHanging(scene, commit)
        ? [`It took longer than the tolerance of ${durationText(scene.input.commitToleranceMs)}.`]
        : []),
    ],
    remedies: isLive(scene) && !succeeded ? commitAgain(scene.cluster, latest.sessionId) : [],
  };
}

/** How it began, in the order of time: what kept it may have begun before it was queued. */
function begun(scene: Scene, { latest, blocks }: CommitView): readonly DetailRow[] {
  const queued = row("queued", queuedText(latest), latest.queuedAt);
  const blocked = blocks.map((block) =>
    row("blocked", blockText(block, { now: block.since, group: scene.group, commit: latest }), block.since),
  );
  return [queued, ...blocked].sort((a, b) => (a.atMs ?? 0) - (b.atMs ?? 0));
}

/** Of one that nobody waited for to the end: whether it can have been saved. */
function outcomeKnown({ latest }: CommitView): readonly string[] {
  const { outcome, sentAt, lateAnswer } = latest;
  if (outcome !== "released" && outcome !== "cancelled" && outcome !== "deadlinePassed") return [];
  if (lateAnswer !== undefined) return [];
  return [
    sentAt === undefined
      ? "It was never sent: nothing of it is saved."
      : "It was sent, and no answer has come: it may be saved.",
  ];
}

function offsetRows({ latest }: CommitView): readonly DetailRow[] {
  const shown = latest.offsets.slice(0, maxOffsetRows).map(({ from, to, error, ...key }) => {
    const before = from === undefined ? "–" : countText(from);
    const failure = error === undefined || error === "NONE" ? "" : ` · ${commitErrorText(error)}`;
    return row(topicPartitionText(key), `${before} → ${countText(to)}${failure}`);
  });
  const more = latest.offsets.length - shown.length;
  return more > 0 ? [...shown, row("", `and ${countText(more)} more partitions`)] : shown;
}

function whyNotSend({ latest }: CommitView): string {
  if (latest.state === "inFlight") {
    return "It is sent. It cannot be taken back or sent again: the broker may still apply the first request after the second, and the older offsets would win. Only whoever waits for it can be let go.";
  }
  switch (latest.blocked?.by) {
    case "joinInFlight":
    case "syncInFlight":
      return "While the group rebalances, a commit carries a generation that is about to end. The coordinator would refuse it with REBALANCE_IN_PROGRESS, and afterwards the partition may belong to someone else. It goes out with the new generation, for the partitions that stayed.";
    case "notJoined":
      return "A commit to a group must name a member and its generation, and there is neither now. Without them it would overwrite what the real members committed.";
    case "heartbeatInFlight":
      return "The coordinator accepts a commit only in the member's newest epoch, or a member whose partitions were taken away could rewind their new owner. The next heartbeat's answer has that epoch.";
    case "earlierCommit":
      return "Two commits under way at once can arrive in the wrong order, and the older offsets would win.";
    case "coordinatorUnknown":
      return "Only the group's coordinator takes its commits, and which broker that is, is being asked.";
    case "coordinatorLoading":
      return "The coordinator refuses every commit until it has read the group's offsets from its log.";
    case "gateHeld":
    case "callbackRunning":
      return "The coordinator refused it because the group rebalances. It goes out with the new generation, and this consumer has not joined that yet.";
    case "notPolled":
      return "It left the group, so what it read may be somebody else's by now, and a commit could set the new owner back.";
    case "throttled":
      return "The broker asked this client to wait because it used more than its quota; a request sent earlier would be delayed by the broker all the same.";
    case undefined:
      return "It is about to be sent.";
  }
}

/** Only the present can be acted on. */
function isLive(scene: Scene): boolean {
  return scene.input.bound.kind === "live";
}
