import type { TopicPartition } from "#base/topicPartition.ts";
import type { NodeTarget } from "#views/treeNode.ts";
import type { App } from "../app.ts";
import { commandIds } from "../ids.ts";
import { pickPartitions, pickSession } from "../ui/pickers.ts";
import type { CommandFamily } from "./commandRegistry.ts";
import { applyRemedyOf } from "./remedies.ts";
import { retryBatch, skipBatch } from "./skipBatch.ts";
import { sessionIdOf } from "./target.ts";

/** A corrupt batch in the way: fetch it again, or go on at the next safe offset. */
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
      each(target, { title: "Fetch the corrupt batch again", kind: "retryBatch" }, (sessionId, partition) =>
        retryBatch(app, { sessionId, ...partition }),
      ),
    [commandIds.skipBatch]: (target) =>
      each(target, { title: "Skip the corrupt batch", kind: "skipBatch" }, (sessionId, partition) =>
        skipBatch(app, { sessionId, ...partition }),
      ),
  };
}
