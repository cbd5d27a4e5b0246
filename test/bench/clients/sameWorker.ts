// The extension's worker, as it ships, in a process that is no editor's: reads as a debug consumer that flows, with the
// trees looked at, and prints four times a second how many records were delivered. Started by inHost.ts as
// `<worker> <servers> <topic> <storage>`; it goes on until it is ended.
import { Configuration } from "#host/configuration.ts";
import type { NodeTarget, TreeViewId } from "#views/treeNode.ts";
import { HostLink } from "#vscode/host/hostLink.ts";
import { spawnWorkerThread } from "#vscode/host/workerThread.ts";

const [file = "", servers = "", topic = "", storageDirectory = ""] = process.argv.slice(2);
const clusterId = "bench";
const views = ["groupscope.clusters", "groupscope.debugConsumers", "groupscope.findings"] as const;
const link = new HostLink(() => spawnWorkerThread(file, (message) => console.error(message)), Date.now);

await link.request("playground.status", {});
link.notify("host.configure", {
  settings: new Configuration().settings,
  storageDirectory,
  product: "groupscope bench",
});
const profile = { id: clusterId, name: "Bench", bootstrapServers: servers.split(",") };
link.notify("cluster.profiles", [{ profile, secrets: {} }]);
const { sessionId } = await link.request("session.start", {
  clusterId,
  topics: [topic],
  assignors: [],
  startPosition: { kind: "start" },
  isolation: "read_uncommitted",
  pollMode: { mode: "flow" },
});
for (const view of views) {
  link.notify("tree.visible", { view, visible: true });
  await look(view, undefined);
}
setInterval(() => void report(), 250);

/** As the editor does: what is expanded is asked for, and its changes are sent from then on. */
async function look(
  view: TreeViewId,
  parent: { readonly id: string; readonly target: NodeTarget } | undefined,
): Promise<void> {
  for (const { id, target, collapsible } of await link.request("tree.children", { view, parent })) {
    if (collapsible === "expanded") await look(view, { id, target });
  }
}

async function report(): Promise<void> {
  const partitions = await link.request("session.partitions", { sessionId });
  console.log(partitions.reduce((sum, { position }) => sum + Number(position ?? 0n), 0));
}
