import { sleep } from "#base/clock.ts";
import { DisposableStore, toDisposable } from "#base/lifecycle.ts";
import { forkRandom } from "#base/random.ts";
import type { ByteStream, FailedHandshake, Listening, StreamServer } from "#base/transport.ts";
import { Broker } from "./broker.ts";
import { ClusterControl } from "./cluster/clusterControl.ts";
import type { BrokerNode } from "./cluster/clusterNodes.ts";
import { handlerTable } from "./handlers/handlerTable.ts";
import type { PlaygroundOptions } from "./playgroundOptions.ts";
import { rackOf } from "./racks.ts";
import { ConnectionSet } from "./server/connectionSet.ts";
import { isPortTaken, listenOnAll, listenOnBlock } from "./server/listenBlock.ts";
import { NodePorts } from "./server/nodePorts.ts";
import { playgroundSettings } from "./settings.ts";
import { PlaygroundStorage } from "./storage/playgroundStorage.ts";
import type { SavedPorts } from "./storage/savedCluster.ts";
import { LocalProducer } from "./workload/localProducer.ts";
import { LocalTransaction, type LocalTransactionOptions } from "./workload/localTransaction.ts";
import { Workloads } from "./workload/workloads.ts";

/** What lives from a playground's start to its stop. */
export interface PlaygroundRun {
  readonly broker: Broker;
  readonly connections: ConnectionSet;
  readonly control: ClusterControl;
  readonly producer: LocalProducer;
  readonly workloads: Workloads;
  readonly owned: DisposableStore;
}

/** How long a node that returns waits for its port, each time it finds it taken. */
const portRetryMs = 50;

/** Listens, and has read what the data directory has. Rejects, with nothing left open, when it cannot. */
export async function startRun(options: PlaygroundOptions): Promise<PlaygroundRun> {
  const { data, observe, host = "127.0.0.1", basePort, racks = [], nodes: asked = 1 } = options;
  const owned = new DisposableStore();
  try {
    const storage = data && owned.add(PlaygroundStorage.open(data, observe));
    let run: PlaygroundRun | undefined;
    const server = serverOf(options, (port, failed) => run?.connections.turnedAway(port, failed));
    const listening = await listen({ ...options, server }, storage?.ports, (index, stream) => {
      const node = run?.broker.cluster.all[index];
      // A client that is quicker than the other nodes' ports, or than the data directory, finds nobody yet.
      if (run && node) run.connections.accept(node, stream);
      else stream.dispose();
    });
    const nodes = listening.map(({ port }, index) => ({
      nodeId: index + 1,
      host,
      port,
      rack: rackOf(racks, index),
    }));
    const kafkaClusterId = storage?.kafkaClusterId;
    const assembled = assemble({ ...options, server }, nodes, { listening, owned, kafkaClusterId });
    await storage?.restore(assembled.broker, { wanted: basePort, host, nodes: asked });
    run = assembled;
    owned.add(toDisposable(() => (run = undefined)));
    return assembled;
  } catch (error) {
    owned.dispose();
    throw error;
  }
}

/** Where it listened before, if that is what is wanted and still free; else on the first free block. */
async function listen(
  options: PlaygroundOptions,
  before: SavedPorts | undefined,
  accept: (index: number, stream: ByteStream) => void,
): Promise<readonly Listening[]> {
  const { server, host = "127.0.0.1", basePort, portAttempts = 1, nodes: asked = 1 } = options;
  // Those that joined are there again, unless another number of nodes is asked for.
  const count = before && (before.nodes ?? before.ports.length) === asked ? before.ports.length : asked;
  if (before?.wanted === basePort && before.host === host && before.ports.length === count) {
    try {
      return await listenOnAll(server, before, accept);
    } catch (error) {
      if (!isPortTaken(error)) throw error;
    }
  }
  return listenOnBlock(server, { host, basePort, count, attempts: portAttempts }, accept);
}

function assemble(
  options: PlaygroundOptions,
  nodes: readonly BrokerNode[],
  known: {
    readonly listening: readonly Listening[];
    readonly owned: DisposableStore;
    readonly kafkaClusterId: string | undefined;
  },
): PlaygroundRun {
  const { listening, owned, kafkaClusterId } = known;
  const { clock, random, observe, settings, requestTap, racks = [] } = options;
  const given = playgroundSettings(settings);
  // First, so that its records depend on nothing but the seed, whatever clients do.
  const workloadRandom = forkRandom(random);
  const handlers = handlerTable(given.kafkaVersion, given);
  const broker = owned.add(new Broker({ clock, random, observe, kafkaClusterId, requestTap }, given, nodes));
  const connections = owned.add(new ConnectionSet(broker, handlers));
  const ports = owned.add(
    new NodePorts({
      server: options.server,
      accept: (node, stream) => connections.accept(node, stream),
      pause: () => sleep(clock, portRetryMs),
    }),
  );
  for (const [index, port] of listening.entries()) {
    const node = nodes[index];
    if (node) ports.adopt(node.nodeId, port);
  }
  const control = owned.add(new ClusterControl(broker, { ports, connections, racks }));
  const producer = owned.add(new LocalProducer(broker, handlers));
  const beginTransaction = (wanted: LocalTransactionOptions) =>
    LocalTransaction.begin(wanted, { broker, producer });
  const workloads = owned.add(
    new Workloads({ clock, random: workloadRandom, observe, producer, beginTransaction }),
  );
  return { broker, connections, control, producer, workloads, owned };
}

/** Every port of every node speaks TLS, or none does. */
function serverOf(
  { server, settings }: PlaygroundOptions,
  onNoHandshake: (port: number, failed: FailedHandshake) => void,
): StreamServer {
  const tls = settings?.tls;
  if (!tls) return server;
  return {
    async listen(at, onStream) {
      let { port } = at;
      const told = (failed: FailedHandshake) => onNoHandshake(port, failed);
      const listening = await server.listen({ ...at, tls, onNoHandshake: told }, onStream);
      port = listening.port;
      return listening;
    },
  };
}
