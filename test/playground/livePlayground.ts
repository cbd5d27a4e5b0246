import { systemClock } from "#node/systemClock.ts";
import { systemRandom } from "#node/systemRandom.ts";
import { tcpServer } from "#node/tcpServer.ts";
import { Playground } from "#playground/playground.ts";
import type { ConnectionEnd } from "#playground/server/clientConnection.ts";
import type { PlaygroundSettingsInput } from "#playground/settings.ts";
import type { ObservationBody } from "#trace/observation.ts";

/** A playground on real ports, with what it reported and why connections ended. */
export interface LivePlayground {
  readonly playground: Playground;
  readonly bootstrapServers: string;
  readonly observed: ObservationBody[];
  readonly ended: ConnectionEnd[];
}

/** Starts a playground on free ports of this machine. */
export async function startLivePlayground(
  options: { readonly nodes?: number; readonly settings?: PlaygroundSettingsInput } = {},
): Promise<LivePlayground> {
  const observed: ObservationBody[] = [];
  const ended: ConnectionEnd[] = [];
  const playground = new Playground({
    clock: systemClock,
    random: systemRandom,
    server: tcpServer,
    observe: (body) => observed.push(body),
    basePort: 0,
    nodes: options.nodes,
    settings: options.settings,
  });
  playground.onConnectionEnded((end) => ended.push(end));
  await playground.start();
  return { playground, bootstrapServers: playground.bootstrapServers.join(","), observed, ended };
}
