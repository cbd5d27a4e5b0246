import * as vscode from "vscode";
import { DisposableStore } from "#base/lifecycle.ts";
import type { App } from "#vscode/app.ts";
import { Chrome } from "#vscode/chrome.ts";
import { batchCommands } from "#vscode/commands/batchCommands.ts";
import { clockCommands } from "#vscode/commands/clockCommands.ts";
import { clusterCommands } from "#vscode/commands/clusterCommands.ts";
import { registerCommands } from "#vscode/commands/commandRegistry.ts";
import { commitCommands } from "#vscode/commands/commitCommands.ts";
import { consumerCommands } from "#vscode/commands/consumerCommands.ts";
import { deliveryCommands } from "#vscode/commands/deliveryCommands.ts";
import { faultCommands } from "#vscode/commands/faultCommands.ts";
import { findingCommands } from "#vscode/commands/findingCommands.ts";
import { ongoingCommands } from "#vscode/commands/ongoingCommands.ts";
import { playgroundCommands } from "#vscode/commands/playgroundCommands.ts";
import { positionCommands } from "#vscode/commands/positionCommands.ts";
import { rebalanceCommands } from "#vscode/commands/rebalanceCommands.ts";
import { ruleCommands } from "#vscode/commands/ruleCommands.ts";
import { skipCommands } from "#vscode/commands/skipCommands.ts";
import { topicCommands } from "#vscode/commands/topicCommands.ts";
import { traceCommands } from "#vscode/commands/traceCommands.ts";
import { troubleCommands } from "#vscode/commands/troubleCommands.ts";
import { viewCommands } from "#vscode/commands/viewCommands.ts";
import { HostConfigurator } from "#vscode/configuration/hostConfigurator.ts";
import { ProfileStore } from "#vscode/configuration/profileStore.ts";
import { startsPlaygroundOnOpen } from "#vscode/configuration/settings.ts";
import { HostLink } from "#vscode/host/hostLink.ts";
import { reportHost } from "#vscode/host/hostReports.ts";
import { spawnWorkerThread } from "#vscode/host/workerThread.ts";
import { viewIds } from "#vscode/ids.ts";
import { Panels } from "#vscode/panels/panels.ts";
import { TreeAdapter } from "#vscode/tree/treeAdapter.ts";
import { ReadOnlyDocuments } from "#vscode/ui/readOnlyDocuments.ts";
import { scriptedMemberCommands } from "./vscode/commands/scriptedMemberCommands.ts";

/** The link of this window, for `deactivate`, which VS Code calls without any argument. */
let activeLink: HostLink | undefined;

/** Composition root: builds the objects, hands them to each other, owns them. No logic, no waiting, no worker yet. */
export function activate(context: vscode.ExtensionContext): { readonly app: App } | undefined {
  const owned = new DisposableStore();
  context.subscriptions.push(owned);

  const log = owned.add(vscode.window.createOutputChannel("Groupscope", { log: true }));
  const workerFile = context.asAbsolutePath("dist/worker.cjs");
  const link = owned.add(
    new HostLink(() => spawnWorkerThread(workerFile, (message) => log.info(message)), Date.now),
  );
  activeLink = link;
  owned.add(reportHost(link, log));

  const profiles = owned.add(new ProfileStore(context.secrets));
  owned.add(
    new HostConfigurator(link, profiles, {
      storage: context.storageUri ?? context.globalStorageUri,
      product: `groupscope ${String(context.extension.packageJSON.version)}`,
      log,
    }),
  );

  const trees = {
    clusters: owned.add(new TreeAdapter(viewIds.clusters, link, log)),
    debugConsumers: owned.add(new TreeAdapter(viewIds.debugConsumers, link, log)),
    findings: owned.add(new TreeAdapter(viewIds.findings, link, log)),
  };
  owned.add(new Chrome(link, trees.findings));

  const app: App = {
    link,
    log,
    profiles,
    trees,
    documents: owned.add(new ReadOnlyDocuments()),
    panels: owned.add(new Panels(context.extensionUri, link)),
  };
  const families = [
    clusterCommands,
    topicCommands,
    consumerCommands,
    deliveryCommands,
    positionCommands,
    skipCommands,
    rebalanceCommands,
    commitCommands,
    batchCommands,
    playgroundCommands,
    scriptedMemberCommands,
    faultCommands,
    troubleCommands,
    ongoingCommands,
    clockCommands,
    ruleCommands,
    findingCommands,
    traceCommands,
    viewCommands,
  ];
  owned.add(
    registerCommands(
      families.map((family) => family(app)),
      log,
    ),
  );

  if (startsPlaygroundOnOpen()) {
    link
      .request("playground.start", { scene: true })
      .catch((error: unknown) => log.error("playground", error));
  }
  // Tests look inside; for everyone else there is no API yet.
  return context.extensionMode === vscode.ExtensionMode.Test ? { app } : undefined;
}

/** Leaves groups in order, within the time VS Code gives. */
export async function deactivate(): Promise<void> {
  await activeLink?.shutdown(shutdownLimitMs);
  activeLink = undefined;
}

/** VS Code ends an extension host about five seconds after it asked. */
const shutdownLimitMs = 3_000;
