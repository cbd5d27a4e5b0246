import * as vscode from "vscode";
import type { RequestsContract } from "#webview/requests/contract.ts";
import type { App } from "../app.ts";
import { showInformationMessage } from "../ui/notify.ts";
import type { PanelKind } from "./panels.ts";

/** The Requests panel: the worker keeps and decodes the requests, this does what only the editor can. */
export function requestsPanel(app: Pick<App, "link" | "log">): PanelKind<RequestsContract> {
  const copied = async (panelId: string, body: RequestsContract["notifications"]["copy"]) => {
    const text = await app.link.request("panel.exchangeText", { panelId, ...body });
    if (text === undefined) void showInformationMessage("That request is no longer kept.");
    else await vscode.env.clipboard.writeText(text);
  };
  return {
    handlers: ({ panelId, forward }) => ({
      viewport: (body) => forward({ panel: "requests", notified: { name: "viewport", body } }),
      setFilter: (body) => forward({ panel: "requests", notified: { name: "setFilter", body } }),
      select: (body) => forward({ panel: "requests", notified: { name: "select", body } }),
      setPaused: (body) => forward({ panel: "requests", notified: { name: "setPaused", body } }),
      setFollow: (body) => forward({ panel: "requests", notified: { name: "setFollow", body } }),
      clear: (body) => forward({ panel: "requests", notified: { name: "clear", body } }),
      showBytes: (body) => forward({ panel: "requests", notified: { name: "showBytes", body } }),
      copy: (body) => {
        copied(panelId(), body).catch((error: unknown) => app.log.warn("Requests panel", error));
      },
    }),
  };
}
