import { strict as assert } from "node:assert";
import * as vscode from "vscode";
import { commandIds } from "#vscode/ids.ts";
import { activated, eventually } from "./support.ts";

describe("fault rules in an editor", () => {
  let editor: vscode.TextEditor;

  before(async () => {
    await activated();
    // It ends with a question that nobody answers here.
    void vscode.commands.executeCommand(commandIds.newFaultRule);
    editor = await eventually("the new rule", async () => {
      const active = vscode.window.activeTextEditor;
      return active?.document.getText().includes("OffsetCommit") === true && active;
    });
  });

  after(async () => {
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
  });

  const wrong = async () => vscode.languages.getDiagnostics(editor.document.uri);

  async function replace(before: string, after: string): Promise<void> {
    const { document } = editor;
    const at = document.getText().indexOf(before);
    const range = new vscode.Range(document.positionAt(at), document.positionAt(at + before.length));
    await editor.edit((edit) => edit.replace(range, after));
  }

  it("have a name that the schema goes by", () => {
    assert.match(editor.document.uri.path, /\/rules\.groupscope-faults\.json$/);
    assert.equal(editor.document.languageId, "json");
  });

  it("are checked while they are typed", async () => {
    await replace('"OffsetCommit"', '"OffsetComit"');

    const [problem] = await eventually("a problem", async () => {
      const found = await wrong();
      return found.length > 0 && found;
    });
    assert.match(problem?.message ?? "", /not accepted/);
    await replace('"OffsetComit"', '"OffsetCommit"');
    await eventually("no problem", async () => (await wrong()).length === 0);
  });

  it("are completed: every error of Kafka is offered where one belongs", async () => {
    const { document } = editor;
    const at = document.positionAt(document.getText().indexOf("COORDINATOR_LOAD_IN_PROGRESS") + 1);

    const offered = await vscode.commands.executeCommand<vscode.CompletionList>(
      "vscode.executeCompletionItemProvider",
      document.uri,
      at,
    );

    const labels = offered.items.map(({ label }) => (typeof label === "string" ? label : label.label));
    assert.ok(labels.includes('"NOT_COORDINATOR"'), labels.slice(0, 20).join(" "));
  });
});
