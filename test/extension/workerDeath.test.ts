import { strict as assert } from "node:assert";
import { Worker } from "node:worker_threads";
import * as vscode from "vscode";
import type { App } from "#vscode/app.ts";
import { commandIds } from "#vscode/ids.ts";
import { activated, eventually, findRow } from "./support.ts";

describe("a worker that dies", () => {
  let app: App;

  before(async () => {
    ({ app } = await activated());
    await vscode.commands.executeCommand("workbench.view.extension.groupscope");
    await vscode.commands.executeCommand(commandIds.startPlayground);
  });

  it("is noticed and restarted, its calls are rejected, and its consumers are shown as ended", async () => {
    await app.link.request("session.start", {
      clusterId: "playground",
      topics: ["orders"],
      assignors: [],
      startPosition: { kind: "start" },
      isolation: "read_uncommitted",
      pollMode: { mode: "hold" },
    });
    await eventually("the consumer's partitions", () => findRow(app.trees.debugConsumers, "orders-0"));
    // The editor learns of running consumers with the status, four times a second.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const deaths: string[] = [];
    app.link.onDied(({ reason }) => deaths.push(reason));
    const worker = await currentWorker(() => app.link.notify("cluster.profiles", []));
    const waiting = app.link
      .request("cluster.diagnose", {
        profile: { id: "x", name: "x", bootstrapServers: ["10.255.255.1:9092"] },
        secrets: {},
      })
      .catch((error: unknown) => error);
    await worker.terminate();

    // The tests are another bundle with classes of its own, so the code decides.
    assert.equal(((await waiting) as { readonly code?: string }).code, "EXITED");
    assert.equal(deaths.length, 1);
    const row = await eventually("the ended consumer", async () => {
      const found = await findRow(app.trees.debugConsumers, "A");
      return found?.node.contextValue.includes("ended") && found;
    });
    assert.match(row.node.description ?? "", /ended/);
    const [kept] = await app.link.request("trace.kept", {});
    assert.ok(kept, "what the dead worker recorded is kept");
    const opened = await vscode.commands.executeCommand<{ readonly observations: number }>(
      commandIds.openTrace,
      vscode.Uri.file(kept.file),
    );
    assert.ok(opened.observations > 0);
    await vscode.commands.executeCommand(commandIds.closeTrace);
    await vscode.commands.executeCommand(commandIds.startPlayground);
    await eventually("the playground again", () => findRow(app.trees.clusters, "billing"));
    await vscode.commands.executeCommand(commandIds.stopPlayground, { sure: true });
  });
});

/** The thread behind the link: whoever gets the next message. */
function currentWorker(send: () => void): Promise<Worker> {
  return new Promise((resolve) => {
    const post = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (this: Worker, ...message: Parameters<Worker["postMessage"]>) {
      Worker.prototype.postMessage = post;
      resolve(this);
      post.apply(this, message);
    };
    send();
  });
}
