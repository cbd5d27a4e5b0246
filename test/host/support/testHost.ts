import { onTestFinished } from "vitest";
import { seededRandom } from "#base/random.ts";
import { ChannelClient, type RequestOptions } from "#host/channel/channelClient.ts";
import type { ParamsOf, ProgressOf, ResultOf } from "#host/channel/channelContract.ts";
import type { HostContract } from "#host/channel/hostContract.ts";
import type { HostSettings } from "#host/channel/hostSettings.ts";
import { Host } from "#host/host.ts";
import type { HostDeps } from "#host/hostDeps.ts";
import { loadSamples } from "#playground/workload/samples/loadSamples.ts";
import { MemoryDataFiles } from "#test/support/memoryDataFiles.ts";
import { MemoryNetwork } from "#test/support/memoryNetwork.ts";
import { VirtualClock } from "#test/support/virtualClock.ts";
import type { NodeTarget, TreeNode, TreeViewId } from "#views/treeNode.ts";
import { memoryFiles } from "./memoryFiles.ts";
import { portPair } from "./portPair.ts";

// Reading it takes real time, of which virtual time knows nothing.
await loadSamples();

type Requests = HostContract["requests"];

const settings: HostSettings = {
  refreshIntervalMs: 1_000,
  commitHangToleranceMs: 3_000,
  maxBufferedBytes: 8_388_608,
  maxKeptRecordBytes: 1_048_576,
  maxTraceFileBytes: 4_194_304,
  requestTimeoutMs: 10_000,
  playgroundPort: 9_092,
  playgroundNodes: 3,
};

/** The worker's code in this thread, on virtual time and an in-memory network, as the extension host sees it. */
export function startHost(
  options: {
    readonly settings?: Partial<HostSettings>;
    readonly deps?: Partial<HostDeps>;
    /** Another worker's, to start where that one ended. */
    readonly files?: ReturnType<typeof memoryFiles>;
  } = {},
) {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock });
  const files = options.files ?? memoryFiles(clock);
  const dataFiles = new MemoryDataFiles();
  const ports = portPair();
  const deps: HostDeps = {
    clock,
    random: seededRandom(7),
    transport: network,
    server: network,
    files,
    dataDirectory: () => dataFiles,
    runCommand: () => Promise.reject(new Error("no command")),
    environment: () => undefined,
    heap: () => ({ usedBytes: 0, limitBytes: 1 }),
    timeText: (at) => new Date(at).toISOString().slice(11, 21),
    ...options.deps,
  };
  const host = new Host(ports.server, deps);
  const client = new ChannelClient<HostContract>(ports.client);
  onTestFinished(() => host.dispose());
  client.notify("host.configure", {
    settings: { ...settings, ...options.settings },
    storageDirectory: "/storage",
    product: "groupscope test",
  });
  const ask = <N extends keyof Requests & string>(
    name: N,
    params: ParamsOf<Requests[N]>,
    requestOptions: RequestOptions<ProgressOf<Requests[N]>> = {},
  ): Promise<ResultOf<Requests[N]>> =>
    clock.runUntil(client.request(name, params, requestOptions), { limitMs: 120_000, what: name });

  const tree = new TestTree(ask);
  return { clock, network, files, dataFiles, client, ask, tree, host, ports };
}

type AskForChildren = (
  name: "tree.children",
  params: ParamsOf<Requests["tree.children"]>,
) => Promise<readonly TreeNode[]>;

/** Reads trees as a person does: by what the rows say. */
class TestTree {
  readonly #ask: AskForChildren;

  constructor(ask: AskForChildren) {
    this.#ask = ask;
  }

  /** The rows of the tree, all of them, as indented lines. */
  async text(view: TreeViewId): Promise<string> {
    const lines: string[] = [];
    await this.#walk(view, undefined, (node, depth) => {
      lines.push(`${"  ".repeat(depth)}${node.label} | ${node.description ?? ""}`);
      return false;
    });
    return lines.join("\n");
  }

  /** The first row whose label contains the text. */
  async find(view: TreeViewId, label: string): Promise<TreeNode | undefined> {
    return this.#walk(view, undefined, (node) => node.label.includes(label));
  }

  async #walk(
    view: TreeViewId,
    parent: { readonly id: string; readonly target: NodeTarget } | undefined,
    visit: (node: TreeNode, depth: number) => boolean,
    depth = 0,
  ): Promise<TreeNode | undefined> {
    for (const node of await this.#ask("tree.children", { view, parent })) {
      if (visit(node, depth)) return node;
      if (node.collapsible === "none") continue;
      const found = await this.#walk(view, { id: node.id, target: node.target }, visit, depth + 1);
      if (found) return found;
    }
    return undefined;
  }
}
