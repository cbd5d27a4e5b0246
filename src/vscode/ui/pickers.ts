import * as vscode from "vscode";
import type { TopicPartition } from "#base/topicPartition.ts";
import { topicPartitionText } from "#base/topicPartition.ts";
import type { ClusterSummary } from "#host/channel/clusterRequests.ts";
import type { SessionPartitionSummary, SessionSummary } from "#host/channel/sessionRequests.ts";
import type { HostLink } from "../host/hostLink.ts";
import { askMany, askPick } from "./ask.ts";
import { harmlessLabel } from "./harmless.ts";
import { showInformationMessage } from "./notify.ts";

/** What people see of a connection's state, as an icon. */
const stateIcons: Readonly<Record<ClusterSummary["state"], string>> = {
  connected: "$(pass)",
  connecting: "$(sync)",
  failed: "$(error)",
  disconnected: "$(circle-outline)",
};

/** Asks for a cluster; takes the only one there is without asking. Undefined when there is none, or nobody chose. */
export async function pickCluster(
  link: HostLink,
  question: {
    readonly title: string;
    readonly kinds: readonly ClusterSummary["kind"][];
  },
): Promise<ClusterSummary | undefined> {
  const all = await link.request("cluster.list", {});
  const clusters = all.filter(({ kind }) => question.kinds.includes(kind));
  if (clusters.length === 0) {
    await offerFirstCluster();
    return undefined;
  }
  const [only] = clusters;
  if (only && clusters.length === 1) return only;
  const answer = await askPick({
    title: question.title,
    placeholder: "Which cluster?",
    choices: clusters.map((cluster) => ({
      choice: cluster,
      label: `${stateIcons[cluster.state]} ${harmlessLabel(cluster.name)}`,
      description: cluster.bootstrapServers.join(", "),
    })),
  });
  return typeof answer === "string" ? undefined : answer.choice;
}

async function offerFirstCluster(): Promise<void> {
  const start = "Start playground";
  const add = "Add cluster…";
  const answer = await showInformationMessage(
    "There is no cluster yet. The playground needs nothing installed.",
    start,
    add,
  );
  if (answer === start) await vscode.commands.executeCommand("groupscope.startPlayground");
  if (answer === add) await vscode.commands.executeCommand("groupscope.addCluster");
}

/** Asks for a running debug consumer; takes the only one there is without asking. */
export async function pickSession(
  link: HostLink,
  title: string,
  accept: (session: SessionSummary) => boolean = ({ endedBecause }) => endedBecause === undefined,
): Promise<SessionSummary | undefined> {
  const all = await link.request("session.list", {});
  const sessions = all.filter((session) => !session.scripted && accept(session));
  if (sessions.length === 0) {
    const start = "Start debug consumer";
    const answer = await showInformationMessage("There is no such debug consumer.", start);
    if (answer === start) await vscode.commands.executeCommand("groupscope.startDebugConsumer");
    return undefined;
  }
  const [only] = sessions;
  if (only && sessions.length === 1) return only;
  const answer = await askPick({
    title,
    placeholder: "Which debug consumer?",
    choices: sessions.map((session) => ({
      choice: session,
      label: harmlessLabel(session.name),
      description: harmlessLabel(`${session.groupId ?? "no group"} · ${session.topics.join(", ")}`),
    })),
  });
  return typeof answer === "string" ? undefined : answer.choice;
}

/** Whether it runs as a member of a group: one that reads given partitions only commits there. */
export function isMember({ groupId, endedBecause, membership }: SessionSummary): boolean {
  return groupId !== undefined && endedBecause === undefined && membership !== "direct";
}

/** Asks for partitions of a session, all marked at first; takes the only one there is without asking. */
export async function pickPartitions(
  link: HostLink,
  question: {
    readonly title: string;
    readonly sessionId: string;
    readonly accept?: ((partition: SessionPartitionSummary) => boolean) | undefined;
    /** What to say when no partition qualifies. */
    readonly none: string;
  },
): Promise<readonly TopicPartition[] | undefined> {
  const all = await link.request("session.partitions", { sessionId: question.sessionId });
  const partitions = all.filter(question.accept ?? (() => true));
  if (partitions.length === 0) {
    void showInformationMessage(question.none);
    return undefined;
  }
  if (partitions.length === 1) return partitions;
  const answer = await askMany<TopicPartition>({
    title: question.title,
    placeholder: "Which partitions?",
    none: "Choose at least one partition",
    selected: partitions,
    choices: partitions.map((partition) => ({
      choice: partition,
      label: topicPartitionText(partition),
      description: describePartition(partition),
    })),
  });
  return typeof answer === "string" ? undefined : answer.choices;
}

function offsetText(offset: bigint | undefined): string {
  return offset?.toLocaleString("en") ?? "–";
}

function describePartition({ position, highWatermark, paused, halted }: SessionPartitionSummary): string {
  const state = halted ? "corrupt batch · " : paused ? "paused · " : "";
  return `${state}position ${offsetText(position)} · end ${offsetText(highWatermark)}`;
}

/** Asks for one topic of a cluster by name; internal ones come last. */
export async function pickTopic(
  link: HostLink,
  question: { readonly title: string; readonly clusterId: string },
): Promise<string | undefined> {
  const topics = await link.request("cluster.topics", { clusterId: question.clusterId });
  if (topics.length === 0) {
    void showInformationMessage("The cluster has no topic yet. Create one first.");
    return undefined;
  }
  const answer = await askPick({
    title: question.title,
    placeholder: "Which topic?",
    choices: topics
      .toSorted((a, b) => Number(a.isInternal) - Number(b.isInternal) || a.topic.localeCompare(b.topic))
      .map(({ topic, partitions }) => ({
        choice: topic,
        label: harmlessLabel(topic),
        description: `${partitions} partitions`,
      })),
  });
  return typeof answer === "string" ? undefined : answer.choice;
}

/** Asks for one group of a cluster by name. */
export async function pickGroup(
  link: HostLink,
  question: { readonly title: string; readonly clusterId: string },
): Promise<string | undefined> {
  const groups = await link.request("cluster.groups", { clusterId: question.clusterId });
  const [only] = groups;
  if (!only) {
    void showInformationMessage("The cluster has no group yet.");
    return undefined;
  }
  if (groups.length === 1) return only.groupId;
  const answer = await askPick({
    title: question.title,
    placeholder: "Which group?",
    choices: groups.map(({ groupId, state }) => ({
      choice: groupId,
      label: harmlessLabel(groupId),
      description: state ?? "",
    })),
  });
  return typeof answer === "string" ? undefined : answer.choice;
}
