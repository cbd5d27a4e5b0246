import { ChannelError } from "../channel/channelError.ts";
import type { NotificationHandlers, RequestHandlers } from "../channel/channelServer.ts";
import type { FindingRequests } from "../channel/findingRequests.ts";
import type { PanelNotifications, PanelRequests, PanelSubject } from "../channel/panelRequests.ts";
import type { TreeNotifications, TreeRequests } from "../channel/treeRequests.ts";
import type { HostParts } from "../hostParts.ts";
import type { PanelPresenter } from "../panels/panelPresenter.ts";
import { RebalancesPresenter } from "../panels/rebalancesPresenter.ts";
import { RecordsPresenter } from "../panels/recordsPresenter.ts";
import { RequestsPresenter } from "../panels/requestsPresenter.ts";
import { findingReport } from "../views/findingReports.ts";

/** Answers about what is looked at: trees, panels, findings. */
export function viewRequests(
  parts: HostParts,
): RequestHandlers<TreeRequests & PanelRequests & FindingRequests> {
  const { trees, panels, presentation, bytes, deps } = parts;
  return {
    "tree.children": ({ view, parent }) => trees.children(view, parent),

    "panel.open": (subject) => panels.open(presenterOf(parts, subject)),
    "panel.copyText": ({ panelId, what }) => panels.presenter(panelId).copyText?.(what) ?? "",
    "panel.targetOf": ({ panelId, mark }) => panels.presenter(panelId).targetOf?.(mark),
    "panel.recordText": ({ panelId, recordId, what }) =>
      panels.presenter(panelId).recordText?.(recordId, what),
    "panel.exchangeText": ({ panelId, exchangeId, what }) =>
      panels.presenter(panelId).exchangeText?.(exchangeId, what),
    "bytes.get": ({ bytesId }) => bytes.get(bytesId),

    "finding.get": ({ clusterId, findingId }) => {
      const found = presentation.of(clusterId).findings.find(({ id }) => id === findingId);
      return found && findingReport(found, deps.timeText);
    },
    "finding.list": () => parts.recording.findings().map((finding) => findingReport(finding, deps.timeText)),
  };
}

export function viewNotifications(
  parts: HostParts,
): NotificationHandlers<TreeNotifications & PanelNotifications> {
  const { trees, panels, clusters } = parts;
  // Who looks at findings or at a panel wants to know of groups as much as who looks at the tree.
  const watch = () => clusters.setWatching(trees.isWatched || panels.isWatched);
  return {
    "tree.forget": ({ view, parentIds }) => trees.forget(view, parentIds),
    "tree.filter": ({ view, text }) => trees.setFilter(view, text),
    "tree.visible": ({ view, visible }) => {
      trees.setVisible(view, visible);
      watch();
    },
    "panel.close": ({ panelId }) => {
      panels.close(panelId);
      watch();
    },
    "panel.visible": ({ panelId, visible }) => {
      panels.setVisible(panelId, visible);
      watch();
    },
    "panel.notified": ({ panelId, ...notification }) => panels.notified(panelId, notification),
  };
}

function presenterOf(parts: HostParts, subject: PanelSubject): PanelPresenter {
  if (subject.panel === "rebalances") return new RebalancesPresenter(parts, subject);
  if (subject.panel === "requests") return new RequestsPresenter(parts, subject);
  if (!parts.recording.model.clusters.get(subject.clusterId)?.sessions.has(subject.sessionId)) {
    throw new ChannelError("NOT_FOUND", "Nothing is known of that debug consumer any more.");
  }
  return new RecordsPresenter(parts, subject);
}
