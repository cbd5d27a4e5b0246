import type { TopicPartition } from "#base/topicPartition.ts";
import type { NodeTarget } from "#views/treeNode.ts";
import type { App } from "../app.ts";
import { pickPartitions, pickSession } from "../ui/pickers.ts";
import { sessionIdOf } from "./target.ts";

/** Partitions of one debug consumer. */
export interface ChosenPartitions {
  readonly sessionId: string;
  readonly partitions: readonly TopicPartition[];
}

/** The partitions a row stands for; from the palette, and on a session's row, they are asked for. */
export async function choosePartitions(
  app: App,
  target: NodeTarget | undefined,
  title: string,
): Promise<ChosenPartitions | undefined> {
  if (target?.kind === "sessionPartition") {
    return {
      sessionId: target.sessionId,
      partitions: [{ topic: target.topic, partition: target.partition }],
    };
  }
  const sessionId = sessionIdOf(target) ?? (await pickSession(app.link, title))?.sessionId;
  if (sessionId === undefined) return undefined;
  const topic = target?.kind === "sessionTopic" ? target.topic : undefined;
  const partitions = await pickPartitions(app.link, {
    title,
    sessionId,
    accept: (each) => topic === undefined || each.topic === topic,
    none: "The debug consumer has no partition assigned.",
  });
  return (
    partitions && { sessionId, partitions: partitions.map(({ topic, partition }) => ({ topic, partition })) }
  );
}
