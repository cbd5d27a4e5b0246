import * as vscode from "vscode";
import { type Disposable, DisposableStore } from "#base/lifecycle.ts";
import { documentScheme } from "../ids.ts";

/**
 * Texts shown in read-only editors: a record's value, a report. The newest are kept: a Markdown preview reads its
 * text again long after VS Code has closed the document behind it.
 */
export class ReadOnlyDocuments implements vscode.TextDocumentContentProvider, Disposable {
  readonly #texts = new Map<string, string>();
  readonly #owned = new DisposableStore();
  #next = 1;

  constructor() {
    this.#owned.add(vscode.workspace.registerTextDocumentContentProvider(documentScheme, this));
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return (
      this.#texts.get(uri.toString()) ?? "This document is no longer kept. Open it again from where it came."
    );
  }

  /** Opens the text beside nothing, as a preview tab, in the language given. */
  async show(document: {
    readonly title: string;
    readonly text: string;
    readonly languageId: string;
  }): Promise<void> {
    const opened = await vscode.workspace.openTextDocument(this.#keep(document.title, document.text));
    await vscode.languages.setTextDocumentLanguage(opened, document.languageId);
    await vscode.window.showTextDocument(opened, { preview: true });
  }

  /** Opens Markdown rendered; as text where the Markdown extension is turned off. */
  async showMarkdown(title: string, markdown: string): Promise<void> {
    const uri = this.#keep(`${title}.md`, markdown);
    if (vscode.extensions.getExtension("vscode.markdown-language-features")) {
      await vscode.commands.executeCommand("markdown.showPreview", uri);
      return;
    }
    await vscode.window.showTextDocument(uri, { preview: true });
  }

  dispose(): void {
    this.#owned.dispose();
    this.#texts.clear();
  }

  #keep(title: string, text: string): vscode.Uri {
    const uri = vscode.Uri.from({
      scheme: documentScheme,
      path: `/${this.#next++}/${title.replaceAll(/[/\\]/g, "_")}`,
    });
    this.#texts.set(uri.toString(), text);
    for (const oldest of this.#texts.keys()) {
      if (this.#texts.size <= maxKeptTexts) break;
      this.#texts.delete(oldest);
    }
    return uri;
  }
}

const maxKeptTexts = 32;
