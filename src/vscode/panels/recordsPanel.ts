import * as vscode from "vscode";
import type { RecordsContract } from "#webview/records/contract.ts";
import type { App } from "../app.ts";
import { showInformationMessage } from "../ui/notify.ts";
import type { PanelKind } from "./panels.ts";

/** The Records panel: the worker keeps and renders the records, this does what only the editor can. */
export function recordsPanel(app: Pick<App, "link" | "log" | "documents">): PanelKind<RecordsContract> {
  const failed = (error: unknown) => app.log.warn("Records panel", error);
  const textOf = async (panelId: string, recordId: number, what: "record" | "key" | "value") => {
    const found = await app.link.request("panel.recordText", { panelId, recordId, what });
    if (!found) void showInformationMessage("That record is no longer kept.");
    return found;
  };
  return {
    handlers: ({ panelId, forward }, subject) => ({
      viewport: (body) => forward({ panel: "records", notified: { name: "viewport", body } }),
      setFilter: (body) => forward({ panel: "records", notified: { name: "setFilter", body } }),
      select: (body) => forward({ panel: "records", notified: { name: "select", body } }),
      setRendering: (body) => forward({ panel: "records", notified: { name: "setRendering", body } }),
      setFollow: (body) => forward({ panel: "records", notified: { name: "setFollow", body } }),
      clear: (body) => forward({ panel: "records", notified: { name: "clear", body } }),
      copy: ({ recordId, what }) => {
        textOf(panelId(), recordId, what)
          .then((found) => found && vscode.env.clipboard.writeText(found.text))
          .catch(failed);
      },
      openDocument: ({ recordId, what }) => {
        textOf(panelId(), recordId, what)
          .then((found) => found && app.documents.show(found))
          .catch(failed);
      },
      poll: ({ maxRecords }) => {
        if (subject.panel !== "records") return;
        app.link.request("session.poll", { sessionId: subject.sessionId, maxRecords }).catch(failed);
      },
    }),
  };
}
