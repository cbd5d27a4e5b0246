import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as vscode from "vscode";
import type { App } from "#vscode/app.ts";
import { commandIds } from "#vscode/ids.ts";
import { activated, eventually, findRow } from "./support.ts";

describe("playground, consumers and traces in the editor", () => {
  let app: App;
  const playground = { kind: "cluster", clusterId: "playground" } as const;

  before(async () => {
    ({ app } = await activated());
    await vscode.commands.executeCommand("workbench.view.extension.groupscope");
    await vscode.commands.executeCommand(commandIds.startPlayground);
  });

  after(async () => {
    await vscode.commands.executeCommand(commandIds.stopPlayground, { sure: true });
  });

  it("the Clusters tree shows the group and its members", async () => {
    const row = await eventually("worker-2 with partitions", async () => {
      const found = await findRow(app.trees.clusters, "worker-2");
      return found?.node.description?.includes("lag") && found;
    });

    assert.equal(row.parent?.node.label, "billing");
    assert.equal(app.trees.clusters.getParent(row), row.parent);
  });

  it("a row keeps its identity while its content changes", async () => {
    const before = await eventually("orders-0", () => findRow(app.trees.clusters, "orders-0"));
    const shown = before.node.description;

    await eventually("another offset", () => before.node.description !== shown);

    assert.equal(await findRow(app.trees.clusters, "orders-0"), before);
  });

  it("a row carries icon, tooltip, context value and an accessible label", async () => {
    const row = await eventually("billing", () => findRow(app.trees.clusters, "billing"));

    const { clusters } = app.trees;
    const item = clusters.resolveTreeItem(clusters.getTreeItem(row), row);

    assert.ok(item.iconPath instanceof vscode.ThemeIcon);
    assert.ok(item.tooltip instanceof vscode.MarkdownString && item.tooltip.isTrusted === false);
    assert.match(item.contextValue ?? "", /^group classic .*playground$/);
    assert.match(item.accessibilityInformation?.label ?? "", /billing/);
  });

  it("a debug consumer started by request appears, steps and leaves", async () => {
    const { sessionId } = await app.link.request("session.start", {
      clusterId: "playground",
      topics: ["orders"],
      groupId: "billing",
      assignors: ["range"],
      startPosition: { kind: "committed", else: "start" },
      isolation: "read_uncommitted",
      pollMode: { mode: "hold" },
    });
    const target = { kind: "session", clusterId: "playground", sessionId } as const;
    await eventually("partitions in the tree", () => findRow(app.trees.debugConsumers, /^orders-\d/));

    const records = await eventually("a delivered record", () =>
      vscode.commands.executeCommand<number>(commandIds.step, target),
    );
    const commit = await vscode.commands.executeCommand<{ outcome: string }>(commandIds.commitNow, target);
    await vscode.commands.executeCommand(commandIds.stopDebugConsumer, target);

    assert.equal(records, 1);
    assert.equal(commit.outcome, "committed");
    const ended = await eventually("the ended row", async () => {
      const row = await findRow(app.trees.debugConsumers, "A");
      return row?.node.contextValue.includes("ended") && row;
    });
    await vscode.commands.executeCommand(commandIds.dismissDebugConsumer, ended);
    await eventually(
      "an empty tree",
      async () => (await app.trees.debugConsumers.getChildren()).length === 0,
    );
  });

  it("a fault becomes a finding with a badge, and its remedy mends it", async () => {
    await vscode.workspace.getConfiguration("groupscope").update("commitHangToleranceMs", 1_000, true);
    await vscode.commands.executeCommand(commandIds.delayCommits, {
      kind: "group",
      clusterId: "playground",
      groupId: "billing",
      delayMs: 8_000,
    });

    const finding = await eventually("a finding", () => findRow(app.trees.findings, "commit waits"));
    await eventually("a badge", () => (app.trees.findings.view.badge?.value ?? 0) > 0);
    const { faults } = await app.link.request("playground.status", {});
    await vscode.commands.executeCommand(commandIds.removeFault, {
      kind: "fault",
      clusterId: "playground",
      faultId: faults[0]?.faultId,
    });

    assert.match(finding.node.contextValue, /^finding commitHang error .*releaseCommit/);
    await eventually("no finding", async () => (await app.trees.findings.getChildren()).length === 0, 25_000);
    await vscode.workspace.getConfiguration("groupscope").update("commitHangToleranceMs", undefined, true);
  });

  it("a topic is created and a record produced through kafkajs, on any cluster", async () => {
    await app.link.request("cluster.createTopic", {
      clusterId: "playground",
      topic: "invoices",
      partitions: 2,
      replicationFactor: 1,
    });
    const record = { key: "7", value: null, headers: [{ key: "tenant", value: "a" }], partition: 1 };

    const produced = await app.link.request("cluster.produce", {
      clusterId: "playground",
      topic: "invoices",
      record,
    });

    assert.deepEqual(produced, { partition: 1, offset: 0n });
    const topics = await app.link.request("cluster.topics", { clusterId: "playground" });
    assert.deepEqual(topics.find(({ topic }) => topic === "invoices")?.partitions, 2);
    const again = app.link.request("cluster.createTopic", {
      clusterId: "playground",
      topic: "invoices",
      partitions: 1,
      replicationFactor: 1,
    });
    await assert.rejects(again, /exists already/);
  });

  it("a saved trace opens as a read-only root, and closes", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "groupscope-trace-"));
    const file = vscode.Uri.file(path.join(folder, "incident.jsonl"));

    await vscode.commands.executeCommand(commandIds.saveTrace, file);
    await vscode.commands.executeCommand(commandIds.openTrace, file);
    const root = await eventually("the trace's root", () => findRow(app.trees.clusters, "incident.jsonl"));
    await vscode.commands.executeCommand(commandIds.closeTrace, root);

    assert.match(root.node.contextValue, /readOnly/);
    await eventually("no root", async () => !(await findRow(app.trees.clusters, "incident.jsonl")));
    rmSync(folder, { recursive: true });
  });

  it("closing a trace closes its panels, and no others", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "groupscope-trace-"));
    const file = vscode.Uri.file(path.join(folder, "incident.jsonl"));
    await vscode.commands.executeCommand(commandIds.saveTrace, file);
    await vscode.commands.executeCommand(commandIds.openTrace, file);
    const root = await eventually("the trace's root", () => findRow(app.trees.clusters, "incident.jsonl"));
    const ofTrace = await eventually("its group", () => findRow(app.trees.clusters, "billing", root));
    const live = await eventually("billing", () => findRow(app.trees.clusters, "billing"));
    await vscode.commands.executeCommand(commandIds.showRebalances, ofTrace);
    await vscode.commands.executeCommand(commandIds.showRebalances, live);
    const titles = () =>
      vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.map(({ label }) => label)).toSorted();
    const both = ["Rebalances: billing", "Rebalances: billing (incident.jsonl)"];
    await eventually("both panels", () => both.every((title) => titles().includes(title)));

    await vscode.commands.executeCommand(commandIds.closeTrace, root);

    await eventually("one panel", () => !titles().includes("Rebalances: billing (incident.jsonl)"));
    assert.ok(titles().includes("Rebalances: billing"));
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    rmSync(folder, { recursive: true });
  });

  it("the filter narrows groups and topics, and is taken away again", async () => {
    await vscode.commands.executeCommand(commandIds.filterClusters, "nothing has this name");
    await eventually("no billing", async () => !(await findRow(app.trees.clusters, "billing")));

    await vscode.commands.executeCommand(commandIds.clearFilter);

    await eventually("billing again", () => findRow(app.trees.clusters, "billing"));
  });

  it("copying a row gives its text", async () => {
    const row = await eventually("billing", () => findRow(app.trees.clusters, "billing"));

    await vscode.commands.executeCommand(commandIds.copyRow, row);

    assert.match(await vscode.env.clipboard.readText(), /^billing {2}\S/);
  });

  it("the Rebalances panel opens once per group", async () => {
    const tabs = () =>
      vscode.window.tabGroups.all
        .flatMap(({ tabs }) => tabs)
        .filter(({ label }) => label === "Rebalances: billing");

    await vscode.commands.executeCommand(commandIds.showRebalances, {
      ...playground,
      kind: "group",
      groupId: "billing",
    });
    await vscode.commands.executeCommand(commandIds.showRebalances, {
      ...playground,
      kind: "group",
      groupId: "billing",
    });

    await eventually("the tab", () => tabs().length === 1);
    assert.equal(tabs().length, 1);
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
  });
});
