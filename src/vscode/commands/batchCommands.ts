import { type TopicPartition, topicPartitionText } from "#base/topicPartition.ts";
import type { NodeTarget } from "#views/treeNode.ts";
import type { App } from "../app.ts";
import { commandIds } from "../ids.ts";
import { setStatusBarMessage } from "../ui/notify.ts";
import { pickPartitions, pickSession } from "../ui/pickers.ts";
import type { CommandFamily } from "./commandRegistry.ts";
import { applyRemedyOf } from "./remedies.ts";
import { sessionIdOf } from "./target.ts";

/** A corrupt batch in the way: read it again, or go on at the next safe offset. */
export function batchCommands(app: App): CommandFamily {
  const each = async (
    target: NodeTarget | undefined,
    { title, kind }: { readonly title: string; readonly kind: "retryBatch" | "skipBatch" },
    run: (sessionId: string, partition: TopicPartition) => Promise<void>,
  ) => {
    if (await applyRemedyOf(app, target, kind)) return;
    if (target?.kind === "sessionPartition") {
      await run(target.sessionId, { topic: target.topic, partition: target.partition });
      return;
    }
    const sessionId = sessionIdOf(target) ?? (await pickSession(app.link, title))?.sessionId;
    if (sessionId === undefined) return;
    const partitions = await pickPartitions(app.link, {
      title,
      sessionId,
      accept: ({ halted }) => halted,
      none: "No corrupt batch stands in the way.",
    });
    for (const { topic, partition } of partitions ?? []) await run(sessionId, { topic, partition });
  };
  return {
    [commandIds.retryBatch]: (target) =>
      each(target, { title: "Read the batch again", kind: "retryBatch" }, (sessionId, partition) =>
        app.link.request("session.retryBatch", { sessionId, ...partition }),
      ),
    [commandIds.skipBatch]: (target) =>
      each(target, { title: "Skip the corrupt batch", kind: "skipBatch" }, async (sessionId, partition) => {
        await app.link.request("session.skipBatch", { sessionId, ...partition });
        setStatusBarMessage(
          `${topicPartitionText(partition)}: reading goes on at the next safe offset; the gap is recorded.`,
          6_000,
        );
      }),
  };
}
