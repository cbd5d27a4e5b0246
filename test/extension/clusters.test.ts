import { strict as assert } from "node:assert";
import * as vscode from "vscode";
import type { ClusterProfile } from "#host/channel/clusterProfile.ts";
import type { App } from "#vscode/app.ts";
import { activated, eventually, findRow } from "./support.ts";

const profile: ClusterProfile = {
  id: "7f1f6f0e-6a3a-4d0e-8b60-1d0f4f8c2b11",
  name: "staging",
  bootstrapServers: ["127.0.0.1:1"],
  sasl: { mechanism: "SCRAM-SHA-256", username: "dora" },
};

describe("clusters, settings and secrets", () => {
  let app: App;

  before(async () => {
    ({ app } = await activated());
    await vscode.commands.executeCommand("workbench.view.extension.groupscope");
  });

  afterEach(async () => {
    await app.profiles.remove(profile.id);
  });

  it("a saved cluster stands in the machine's settings without its password", async () => {
    await app.profiles.save(profile, { password: "hunter2" });

    const inspected = vscode.workspace.getConfiguration("groupscope").inspect<unknown>("clusters");
    assert.deepEqual(inspected?.globalValue, [profile]);
    assert.ok(!JSON.stringify(inspected).includes("hunter2"));
    assert.deepEqual(await app.profiles.secretsOf(profile.id), { password: "hunter2" });
  });

  it("a workspace cannot set clusters", async () => {
    const update = vscode.workspace
      .getConfiguration("groupscope")
      .update("clusters", [profile], vscode.ConfigurationTarget.Workspace);

    await assert.rejects(Promise.resolve(update));
  });

  it("it appears in the tree, says why it is not connected, and goes when it is removed", async () => {
    await app.profiles.save(profile, { password: "hunter2" });

    const row = await eventually("a failed row", async () => {
      const found = await findRow(app.trees.clusters, "staging");
      return found?.node.contextValue.includes("failed") && found;
    });
    await app.profiles.remove(profile.id);

    assert.match(row.node.description ?? "", /not connected/);
    await eventually("no row", async () => !(await findRow(app.trees.clusters, "staging")));
    assert.deepEqual(await app.profiles.secretsOf(profile.id), {});
  });

  it("what another window writes into the settings is followed", async () => {
    await vscode.workspace
      .getConfiguration("groupscope")
      .update("clusters", [{ ...profile, name: "written elsewhere" }], vscode.ConfigurationTarget.Global);

    await eventually("the row", () => findRow(app.trees.clusters, "written elsewhere"));
  });

  it("a changed secret is noticed", async () => {
    await app.profiles.save(profile, { password: "old" });
    const changed = new Promise<void>((resolve) => app.profiles.onDidChange(() => resolve()));

    await app.profiles.save(profile, { password: "new" });

    await changed;
    assert.equal((await app.profiles.secretsOf(profile.id)).password, "new");
  });

  it("a diagnosis names the stage that failed", async () => {
    const report = await app.link.request("cluster.diagnose", { profile, secrets: { password: "x" } });

    assert.equal(report.ok, false);
    assert.equal(report.steps.find(({ outcome }) => outcome === "failed")?.stage, "connect");
  });
});
