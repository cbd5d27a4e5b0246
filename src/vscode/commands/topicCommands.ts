import { topicPartitionText } from "#base/topicPartition.ts";
import type { NodeTarget } from "#views/treeNode.ts";
import type { App } from "../app.ts";
import { checkTopicName, checkWholeNumber, parseHeaders } from "../flows/validation.ts";
import { commandIds } from "../ids.ts";
import { askText } from "../ui/ask.ts";
import { setStatusBarMessage } from "../ui/notify.ts";
import { pickCluster, pickTopic } from "../ui/pickers.ts";
import { runWizard, type Step } from "../ui/wizard.ts";
import type { CommandFamily } from "./commandRegistry.ts";
import { clusterIdOf, topicOf } from "./target.ts";

/** Topics and records of any cluster: create a topic, produce one record. */
export function topicCommands(app: App): CommandFamily {
  const clusterOf = async (target: NodeTarget | undefined, title: string) =>
    clusterIdOf(target) ??
    (await pickCluster(app.link, { title, kinds: ["cluster", "playground"] }))?.clusterId;
  return {
    [commandIds.createTopic]: async (target) => {
      const clusterId = await clusterOf(target, "Create topic");
      if (clusterId === undefined) return;
      const draft = await runWizard(topicSteps, { topic: "", partitions: 6, replicationFactor: 1 });
      if (!draft) return;
      await app.link.request("cluster.createTopic", { clusterId, ...draft });
      await app.link.request("cluster.refresh", { clusterId });
      setStatusBarMessage(`Topic ${draft.topic} was created.`, 5_000);
    },
    [commandIds.produceRecord]: async (target) => {
      const clusterId = await clusterOf(target, "Produce a record");
      if (clusterId === undefined) return;
      const topic = topicOf(target) ?? (await pickTopic(app.link, { title: "Produce a record", clusterId }));
      if (topic === undefined) return;
      const draft = await runWizard(recordSteps, { topic, key: "", value: "", headers: [] });
      if (!draft) return;
      const produced = await app.link.request("cluster.produce", {
        clusterId,
        topic,
        record: {
          key: draft.key === "" ? null : draft.key,
          value: draft.value === "" ? null : draft.value,
          headers: draft.headers,
          ...(target?.kind === "topicPartition" && { partition: target.partition }),
        },
      });
      const where = topicPartitionText({ topic, partition: produced.partition });
      setStatusBarMessage(`Produced to ${where} at offset ${produced.offset ?? "–"}.`, 6_000);
    },
  };
}

interface TopicDraft {
  readonly topic: string;
  readonly partitions: number;
  readonly replicationFactor: number;
}

const topicSteps: readonly Step<TopicDraft>[] = [
  async (draft, place) => {
    const answer = await askText({
      title: "Create topic",
      ...place,
      prompt: "Name",
      value: draft.topic,
      validate: checkTopicName,
    });
    return typeof answer === "string" ? answer : { ...draft, topic: answer.text.trim() };
  },
  async (draft, place) => {
    const answer = await askText({
      title: "Create topic",
      ...place,
      prompt: "Partitions",
      value: String(draft.partitions),
      validate: checkWholeNumber(1, 10_000),
    });
    return typeof answer === "string" ? answer : { ...draft, partitions: Number(answer.text) };
  },
];

interface NewRecord {
  readonly topic: string;
  readonly key: string;
  readonly value: string;
  readonly headers: readonly { readonly key: string; readonly value: string }[];
}

const recordSteps: readonly Step<NewRecord>[] = [
  async (draft, place) => {
    const answer = await askText({
      title: `Produce to ${draft.topic}`,
      ...place,
      prompt: "Key; empty for none",
      value: draft.key,
    });
    return typeof answer === "string" ? answer : { ...draft, key: answer.text };
  },
  async (draft, place) => {
    const answer = await askText({
      title: `Produce to ${draft.topic}`,
      ...place,
      prompt: "Value; empty for a tombstone (null)",
      value: draft.value,
    });
    return typeof answer === "string" ? answer : { ...draft, value: answer.text };
  },
  async (draft, place) => {
    const answer = await askText({
      title: `Produce to ${draft.topic}`,
      ...place,
      prompt: "Headers: name: value, several separated by semicolons; empty for none",
      value: draft.headers.map(({ key, value }) => `${key}: ${value}`).join("; "),
      validate: (text) => (parseHeaders(text) ? undefined : "Each header is name: value."),
    });
    return typeof answer === "string" ? answer : { ...draft, headers: parseHeaders(answer.text) ?? [] };
  },
];
