import * as vscode from "vscode";
import type { App } from "../app.ts";
import { exampleRules } from "../flows/exampleRules.ts";
import { targetOfRow } from "../flows/troubleTarget.ts";
import { commandIds } from "../ids.ts";
import { setStatusBarMessage, showErrorMessage, showInformationMessage } from "../ui/notify.ts";
import type { CommandFamily } from "./commandRegistry.ts";

const apply = "Put into Force";

/** Fault rules as JSON: from a file, or written in an editor. */
export function ruleCommands(app: App): CommandFamily {
  /** True when they are in force; says what is wrong otherwise. */
  const putIntoForce = async (text: string, from: string): Promise<boolean> => {
    const { faultIds, problems } = await app.link.request("playground.addRules", { text });
    if (problems.length > 0) {
      const [first = "", ...others] = problems;
      const more = others.length === 0 ? "" : ` And ${others.length} more.`;
      app.log.warn(`fault rules of ${from}: ${problems.join("; ")}`);
      const answer = await showErrorMessage(
        `Nothing of ${from} is in force. ${first}.${more}`,
        ...(others.length === 0 ? [] : ["Show All"]),
      );
      if (answer !== undefined)
        await app.documents.show({
          title: "problems.txt",
          languageId: "plaintext",
          text: problems.join("\n"),
        });
      return false;
    }
    const rules = faultIds.length === 1 ? "1 rule" : `${faultIds.length} rules`;
    setStatusBarMessage(`${rules} of ${from} in force.`, 5_000);
    return true;
  };
  const applyEditor = async (editor: vscode.TextEditor | undefined) => {
    if (!editor) {
      void showInformationMessage("Open the rules in an editor first, or load them from a file.");
      return;
    }
    await putIntoForce(editor.document.getText(), nameOf(editor.document.uri));
  };
  return {
    [commandIds.loadFaultRules]: async () => {
      const [file] =
        (await vscode.window.showOpenDialog({
          title: "Fault rules: a JSON list, or an object with one as rules",
          openLabel: apply,
          filters: { "Fault rules": ["json"], "All files": ["*"] },
        })) ?? [];
      if (!file) return;
      const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
      if (await putIntoForce(text, nameOf(file))) return;
      await vscode.window.showTextDocument(file);
    },
    [commandIds.newFaultRule]: async (target) => {
      const editor = await newRuleEditor(exampleRules(targetOfRow(target)));
      const answer = await showInformationMessage(
        'Edit the rule, then put it into force: here, or at any time by "Put the Fault Rules of This Editor into Force".',
        apply,
      );
      if (answer !== undefined) await applyEditor(editor);
    },
    [commandIds.applyFaultRules]: () => applyEditor(vscode.window.activeTextEditor),
  };
}

/** An editor that is not saved yet, under a name by which VS Code completes and checks rules. */
async function newRuleEditor(content: string): Promise<vscode.TextEditor> {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  // Without a folder there is no path to save it at, and so no name that a schema goes by.
  if (!folder) {
    const document = await vscode.workspace.openTextDocument({ language: "json", content });
    return await vscode.window.showTextDocument(document);
  }
  const document = await vscode.workspace.openTextDocument(await freeName(folder.uri));
  const editor = await vscode.window.showTextDocument(document);
  await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), content));
  return editor;
}

/** `rules.groupscope-faults.json`, or with a number, as long as nobody has it on disk or in an editor. */
async function freeName(folder: vscode.Uri): Promise<vscode.Uri> {
  for (let number = 1; ; number++) {
    const name = `rules${number === 1 ? "" : number}.groupscope-faults.json`;
    const file = vscode.Uri.joinPath(folder, name);
    const isOpen = vscode.workspace.textDocuments.some(({ uri }) => uri.path === file.path);
    if (!isOpen && !(await exists(file))) return file.with({ scheme: "untitled" });
  }
}

async function exists(file: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(file);
    return true;
  } catch {
    return false;
  }
}

function nameOf(uri: vscode.Uri): string {
  return uri.path.split("/").at(-1) ?? uri.path;
}
