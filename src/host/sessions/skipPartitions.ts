import type { TopicPartition } from "#base/topicPartition.ts";
import type { CommitResult } from "#engine/commit/commitEntry.ts";
import type { ConsumerSession } from "#engine/consumerSession.ts";
import type {
  SkipPreview,
  SkippedPartition,
  SkipStep,
  SkipTarget,
  SkipWay,
} from "../channel/sessionRequests.ts";

type Skippable = Pick<ConsumerSession, "previewSkip" | "skip" | "commit">;

/** What to skip, and how. */
interface SkipOrder {
  readonly partitions: readonly TopicPartition[];
  readonly to: SkipTarget;
  readonly how: SkipWay;
  readonly commit: boolean;
  readonly deadlineMs: number;
}

interface Watch {
  readonly signal: AbortSignal;
  readonly progress: (step: SkipStep) => void;
}

interface Done {
  readonly skipped: readonly SkippedPartition[];
  readonly commit: CommitResult | undefined;
}

/** What a skip would leave out of each partition. */
export function previewSkips(
  session: Skippable,
  partitions: readonly TopicPartition[],
  to: SkipTarget,
): Promise<readonly SkipPreview[]> {
  return Promise.all(
    partitions.map(async (each) => {
      const { offsets: records, ...preview } = await session.previewSkip(each, to);
      return { ...each, ...preview, records };
    }),
  );
}

/** Skips several partitions as one action: one commit for all of them, and at most one rejoin. */
export async function skipPartitions(session: Skippable, order: SkipOrder, watch: Watch): Promise<Done> {
  if (order.how === "rejoin") return rejoinOnce(session, order, watch);
  const { to, how, deadlineMs } = order;
  const { signal, progress } = watch;
  const skipped = await Promise.all(
    order.partitions.map(async (each) => {
      const onProgress = (step: Omit<SkipStep, keyof TopicPartition>) => progress({ ...each, ...step });
      const { from, to: reached, records } = await session.skip(each, to, { how, signal, onProgress });
      return { ...each, from, to: reached, records };
    }),
  );
  const offsets = skipped.map(({ topic, partition, to: offset }) => ({ topic, partition, offset }));
  return {
    skipped,
    commit: order.commit ? await session.commit({ offsets, deadlineMs, signal }) : undefined,
  };
}

/** Every other partition is moved and committed first, so that leaving once is enough for all of them. */
async function rejoinOnce(session: Skippable, order: SkipOrder, watch: Watch): Promise<Done> {
  const { to, partitions } = order;
  const { signal } = watch;
  const previews = await previewSkips(session, partitions, to);
  const last = previews.findLast(({ from, to: end }) => from !== end);
  const others = partitions.filter(
    ({ topic, partition }) => topic !== last?.topic || partition !== last.partition,
  );
  const moved = { ...order, partitions: others, how: "move", commit: last !== undefined } as const;
  const before: Done =
    others.length === 0 ? { skipped: [], commit: undefined } : await skipPartitions(session, moved, watch);
  if (!last || (before.commit && before.commit.outcome !== "committed")) return before;
  const { topic, partition } = last;
  const rest = await session.skip({ topic, partition }, to, { how: "rejoin", signal });
  const skipped = [...before.skipped, { topic, partition, from: rest.from, to: rest.to }];
  const commit = rest.commit && {
    ...rest.commit,
    offsets: [...(before.commit?.offsets ?? []), ...rest.commit.offsets],
  };
  return { skipped, commit: commit ?? before.commit };
}
