import { afterAll, afterEach, beforeAll } from "vitest";
import type { ClusterClient } from "#network/clusterClient.ts";
import { liveAdministration } from "./liveAdministration.ts";
import { realClient } from "./realCluster.ts";

/** A cluster that was started for tests. */
export interface StartedCluster {
  readonly bootstrapServers: string;
  stop(): Promise<unknown>;
}

/** What the tests of a block share; each part exists once the block has begun. */
interface LiveCluster<Cluster, Member> {
  readonly cluster: () => Cluster;
  readonly servers: () => string;
  readonly client: () => ClusterClient;
  readonly admin: () => ReturnType<typeof liveAdministration>;
  /** Remembers the member, so that it ends with its test, and gives it back. */
  readonly keep: <Kept extends Member>(member: Kept) => Kept;
  /** Ends every member there is, before the test does. */
  readonly endMembers: () => Promise<void>;
}

/** Starts a cluster for the tests of a block and stops it after them; members end with the test that started them. */
export function useCluster<Cluster extends StartedCluster, Member>(
  start: () => Promise<Cluster>,
  end: (member: Member) => Promise<unknown>,
): LiveCluster<Cluster, Member> {
  let started: { readonly cluster: Cluster; readonly client: ClusterClient } | undefined;
  const members: Member[] = [];
  const endMembers = async () => {
    for (const member of members.splice(0)) await end(member);
  };

  beforeAll(async () => {
    const cluster = await start();
    started = { cluster, client: realClient({ servers: cluster.bootstrapServers }) };
  });

  afterEach(endMembers);

  afterAll(async () => {
    started?.client.close();
    await started?.cluster.stop();
  });

  const running = () => {
    if (!started) throw new Error("the cluster does not run yet");
    return started;
  };
  return {
    cluster: () => running().cluster,
    servers: () => running().cluster.bootstrapServers,
    client: () => running().client,
    admin: () => liveAdministration(running().client),
    keep: (member) => {
      members.push(member);
      return member;
    },
    endMembers,
  };
}
