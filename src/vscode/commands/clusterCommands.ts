import { randomUUID } from "node:crypto";
import type { ClusterProfile } from "#host/channel/clusterProfile.ts";
import type { ConnectionReport } from "#host/channel/clusterRequests.ts";
import type { NodeTarget } from "#views/treeNode.ts";
import type { App } from "../app.ts";
import type { ClusterDraft } from "../flows/clusterDraft.ts";
import { describeCluster } from "../flows/clusterFlow.ts";
import { failureSentence, reportMarkdown, stageTexts } from "../flows/connectionReport.ts";
import { commandIds } from "../ids.ts";
import { withLaterProgress } from "../ui/laterProgress.ts";
import { setStatusBarMessage, showWarningMessage } from "../ui/notify.ts";
import { pickCluster } from "../ui/pickers.ts";
import type { CommandFamily } from "./commandRegistry.ts";
import { clusterIdOf } from "./target.ts";

/** Clusters: add, edit, remove, connect again, diagnose. */
export function clusterCommands(app: App): CommandFamily {
  return {
    [commandIds.addCluster]: async () => {
      const draft = await describeCluster({
        title: "Add cluster",
        profile: { id: randomUUID(), name: "", bootstrapServers: [] },
        secrets: {},
      });
      if (draft) await keep(app, draft);
    },

    [commandIds.editCluster]: async (target) => {
      const profile = await profileOf(app, target, "Edit cluster");
      if (!profile) return;
      const draft = await describeCluster({
        title: `Edit ${profile.name}`,
        profile,
        secrets: await app.profiles.secretsOf(profile.id),
      });
      if (draft) await keep(app, draft);
    },

    [commandIds.removeCluster]: async (target) => {
      const profile = await profileOf(app, target, "Remove cluster");
      if (!profile) return;
      const remove = "Remove";
      const answer = await showWarningMessage(
        `Remove ${profile.name} from the list?`,
        {
          modal: true,
          detail:
            "Its profile and password are deleted here. Nothing changes in Kafka. Debug consumers on it leave and stop.",
        },
        remove,
      );
      if (answer === remove) await app.profiles.remove(profile.id);
    },

    [commandIds.reconnectCluster]: async (target) => {
      const clusterId = clusterIdOf(target) ?? (await ask(app, "Reconnect"));
      if (clusterId === undefined) return;
      const report = await diagnosing("Connecting", (onProgress, signal) =>
        app.link.request("cluster.reconnect", { clusterId }, { onProgress, signal }),
      );
      await tell(app, report);
    },

    [commandIds.disconnectCluster]: async (target) => {
      const clusterId = clusterIdOf(target) ?? (await ask(app, "Disconnect"));
      if (clusterId !== undefined) await app.link.request("cluster.disconnect", { clusterId });
    },

    [commandIds.diagnoseCluster]: async (target) => {
      const profile = await profileOf(app, target, "Diagnose connection");
      if (!profile) return;
      const secrets = await app.profiles.secretsOf(profile.id);
      const report = await diagnosing(`Diagnosing ${profile.name}`, (onProgress, signal) =>
        app.link.request("cluster.diagnose", { profile, secrets }, { onProgress, signal }),
      );
      await app.documents.showMarkdown(`Connection to ${profile.name}`, reportMarkdown(report));
    },
  };
}

/**
 * Tries the profile while its flow is still warm, as a wrong address or password is best mended then. It is kept in any
 * case: a notification passes, the row with the failed stages stays.
 */
async function keep(app: App, draft: ClusterDraft): Promise<void> {
  const { profile, secrets } = draft;
  const isNew = app.profiles.find(profile.id) === undefined;
  let report: ConnectionReport;
  try {
    report = await diagnosing(`Connecting to ${profile.name}`, (onProgress, signal) =>
      app.link.request("cluster.diagnose", { profile, secrets }, { onProgress, signal }),
    );
  } finally {
    // Also when its user did not want to wait any longer.
    await app.profiles.save(profile, secrets);
    // Below an open tree nobody would see that it is there.
    if (isNew) {
      app.trees.clusters.revealRootWhenThere(
        ({ target }) => target.kind === "cluster" && target.clusterId === profile.id,
      );
    }
  }
  if (report.ok) return;
  const edit = "Edit";
  const details = "Show Stages";
  const remove = "Remove Again";
  const answer = await showWarningMessage(failureSentence(report), edit, details, ...(isNew ? [remove] : []));
  if (answer === edit) {
    const again = await describeCluster(draft);
    if (again) await keep(app, again);
  } else if (answer === details) {
    await app.documents.showMarkdown(`Connection to ${profile.name}`, reportMarkdown(report));
  } else if (answer === remove) {
    await app.profiles.remove(profile.id);
  }
}

function diagnosing(
  title: string,
  run: (
    onProgress: (step: ConnectionReport["steps"][number]) => void,
    signal: AbortSignal,
  ) => Promise<ConnectionReport>,
): Promise<ConnectionReport> {
  return withLaterProgress(title, ({ report, signal }) =>
    run((step) => report(`${stageTexts[step.stage]}: ${step.tried}`), signal),
  );
}

async function tell(app: App, report: ConnectionReport): Promise<void> {
  if (report.ok) {
    setStatusBarMessage(`${report.clusterName}: connected.`, 4_000);
    return;
  }
  const details = "Show Stages";
  const answer = await showWarningMessage(failureSentence(report), details);
  if (answer === details) {
    await app.documents.showMarkdown(`Connection to ${report.clusterName}`, reportMarkdown(report));
  }
}

async function ask(app: App, title: string): Promise<string | undefined> {
  return (await pickCluster(app.link, { title, kinds: ["cluster"] }))?.clusterId;
}

async function profileOf(
  app: App,
  target: NodeTarget | undefined,
  title: string,
): Promise<ClusterProfile | undefined> {
  const clusterId = clusterIdOf(target) ?? (await ask(app, title));
  return clusterId === undefined ? undefined : app.profiles.find(clusterId);
}
