import { strict as assert } from "node:assert";
import * as vscode from "vscode";
import { commandIds } from "#vscode/ids.ts";
import { activated } from "./support.ts";

describe("activation", () => {
  it("starts no worker by itself: opening a window costs nothing", async () => {
    const { app, extension } = await activated();

    assert.equal(extension.isActive, true);
    assert.equal(app.link.isRunning, false);
  });

  it("registers every command that the manifest declares", async () => {
    await activated();

    const registered = new Set(await vscode.commands.getCommands(true));

    assert.deepEqual(
      Object.values(commandIds).filter((id) => !registered.has(id)),
      [],
    );
  });

  it("asks for no proposed API", async () => {
    const { extension } = await activated();

    assert.equal(extension.packageJSON.enabledApiProposals, undefined);
  });
});
