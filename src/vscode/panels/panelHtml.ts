import { randomUUID } from "node:crypto";
import * as vscode from "vscode";
import type { PanelName } from "#host/channel/panelRequests.ts";

/** Where the pages' files lie, and the only place a page may load from. */
export function webviewRoot(extensionUri: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(extensionUri, "dist", "webview");
}

/** The document around a page: no eval, no inline script; styles and fonts come from our own files only. */
export function panelHtml(
  webview: vscode.Webview,
  page: { readonly extensionUri: vscode.Uri; readonly panel: PanelName; readonly title: string },
): string {
  const nonce = randomUUID();
  const uri = (...path: readonly string[]) =>
    webview.asWebviewUri(vscode.Uri.joinPath(webviewRoot(page.extensionUri), ...path)).toString();
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    // The codicon stylesheet of our own folder; the drawing sets its positions through the style API, which needs no
    // permission.
    `style-src ${webview.cspSource}`,
    `font-src ${webview.cspSource}`,
    `img-src ${webview.cspSource}`,
  ].join("; ");
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(page.title)}</title>
<link rel="stylesheet" href="${uri("codicons", "codicon.css")}">
<link rel="stylesheet" href="${uri(`${page.panel}.css`)}">
</head>
<body>
<main id="app"></main>
<script nonce="${nonce}" src="${uri(`${page.panel}.js`)}"></script>
</body>
</html>`;
}

/** A title may hold a group's name, and a group may be named anything. */
function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character);
}
