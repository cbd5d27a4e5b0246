import type { TopicPartition } from "#base/topicPartition.ts";
import type { NodeTarget } from "#views/treeNode.ts";
import type { App } from "../app.ts";
import { partitionsTitle } from "../flows/questionTitle.ts";
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
  verb: string,
): Promise<{ readonly chosen: ChosenPartitions; readonly title: string } | undefined> {
  const session = await sessionFor(app, target, verb);
  if (!session) return undefined;
  const { sessionId, name } = session;
  const partitions = await partitionsFor(app, target, { sessionId, title: `${verb} · ${name}` });
  return partitions && { chosen: { sessionId, partitions }, title: partitionsTitle(verb, partitions, name) };
}

/** The debug consumer a row belongs to, with its name; asked for where there is no row. */
export async function sessionFor(
  app: App,
  target: NodeTarget | undefined,
  title: string,
): Promise<{ readonly sessionId: string; readonly name: string } | undefined> {
  const sessionId = sessionIdOf(target);
  if (sessionId === undefined) return pickSession(app.link, title);
  const all = await app.link.request("session.list", {});
  return { sessionId, name: all.find((each) => each.sessionId === sessionId)?.name ?? sessionId };
}

async function partitionsFor(
  app: App,
  target: NodeTarget | undefined,
  question: { readonly sessionId: string; readonly title: string },
): Promise<readonly TopicPartition[] | undefined> {
  if (target?.kind === "sessionPartition") return [{ topic: target.topic, partition: target.partition }];
  const wanted = target?.kind === "sessionTopic" ? target.topic : undefined;
  const partitions = await pickPartitions(app.link, {
    ...question,
    accept: ({ topic }) => wanted === undefined || topic === wanted,
    none: "The debug consumer has no partition assigned.",
  });
  return partitions?.map(({ topic, partition }) => ({ topic, partition }));
}
