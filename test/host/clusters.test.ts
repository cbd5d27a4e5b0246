import { expect, test } from "vitest";
import type { ProfileWithSecrets } from "#host/channel/clusterProfile.ts";
import { startHost } from "./support/testHost.ts";

const clusters = "groupscope.clusters";

/** Two hosts on one network would be two machines; one is enough: its playground, entered as a cluster by address. */
function profile(port: number, extra: Partial<ProfileWithSecrets["profile"]> = {}): ProfileWithSecrets {
  return {
    profile: { id: "staging-id", name: "staging", bootstrapServers: [`127.0.0.1:${port}`], ...extra },
    secrets: {},
  };
}

async function withBroker() {
  const host = startHost();
  await host.ask("playground.start", { scene: true });
  await host.clock.advance(5_000);
  return host;
}

test("nothing is asked of a cluster until somebody looks", async () => {
  const { client, clock, ask } = await withBroker();

  client.notify("cluster.profiles", [profile(9_092)]);
  await clock.advance(10_000);
  const unseen = (await ask("cluster.list", {})).find(({ name }) => name === "staging")?.state;
  client.notify("tree.visible", { view: clusters, visible: true });
  await clock.advance(3_000);
  const seen = (await ask("cluster.list", {})).find(({ name }) => name === "staging")?.state;

  expect([unseen, seen]).toEqual(["disconnected", "connected"]);
});

test("a cluster entered by address shows its groups and topics", async () => {
  const { client, clock, tree } = await withBroker();
  client.notify("tree.visible", { view: clusters, visible: true });
  client.notify("cluster.profiles", [profile(9_092)]);

  await clock.advance(5_000);

  const text = await tree.text(clusters);
  const staging = text.slice(text.indexOf("staging"));
  expect(staging).toMatch(/billing \| .*classic/);
  expect(staging).toMatch(/orders \| .*6 partitions/);
});

test("a group says which topics it reads, so that joining it needs no question", async () => {
  const { ask } = await withBroker();

  const groups = await ask("cluster.groups", { clusterId: "playground" });

  expect(groups).toEqual([{ groupId: "billing", state: "Stable", groupType: "classic", topics: ["orders"] }]);
});

test("an unreachable cluster says which stage failed and stays a row", async () => {
  const { client, clock, tree, ask } = startHost();
  client.notify("tree.visible", { view: clusters, visible: true });
  client.notify("cluster.profiles", [profile(9_999)]);
  await clock.advance(2_000);

  const row = await tree.find(clusters, "staging");
  const report = await ask("cluster.reconnect", { clusterId: "staging-id" });

  expect(row?.description).toMatch(/not connected/);
  expect(row?.contextValue).toContain("failed");
  expect(report.ok).toBe(false);
  expect(report.steps.find(({ outcome }) => outcome === "failed")).toMatchObject({ stage: "connect" });
});

test("a failing cluster is tried again ever more rarely, not in a loop", async () => {
  const { client, clock, network } = startHost();
  let attempts = 0;
  const connect = network.connect.bind(network);
  network.connect = (target, signal) => {
    attempts++;
    return connect(target, signal);
  };
  client.notify("tree.visible", { view: clusters, visible: true });
  client.notify("cluster.profiles", [profile(9_999)]);

  await clock.advance(120_000);

  expect(attempts).toBeGreaterThanOrEqual(3);
  expect(attempts).toBeLessThanOrEqual(6);
});

test("a broker that comes back is found again by itself", async () => {
  const host = await withBroker();
  host.client.notify("tree.visible", { view: clusters, visible: true });
  host.client.notify("cluster.profiles", [profile(9_092)]);
  await host.clock.advance(5_000);
  await host.ask("playground.stop", {});
  await host.clock.advance(60_000);
  const gone = (await host.ask("cluster.list", {})).find(({ name }) => name === "staging")?.state;

  await host.ask("playground.start", { scene: false });
  await host.clock.advance(90_000);
  const back = (await host.ask("cluster.list", {})).find(({ name }) => name === "staging")?.state;

  expect([gone, back]).toEqual(["failed", "connected"]);
});

test("a profile that is taken away goes with its debug consumers", async () => {
  const { client, clock, ask, tree } = await withBroker();
  client.notify("cluster.profiles", [profile(9_092)]);
  await clock.advance(10);
  await ask("session.start", {
    clusterId: "staging-id",
    topics: ["orders"],
    assignors: [],
    startPosition: { kind: "start" },
    isolation: "read_uncommitted",
    pollMode: { mode: "hold" },
  });
  await clock.advance(3_000);

  client.notify("cluster.profiles", []);
  await clock.advance(5_000);

  expect((await ask("cluster.list", {})).map(({ name }) => name)).toEqual(["playground"]);
  expect(await tree.find(clusters, "staging")).toBeUndefined();
});

test("a renamed cluster keeps its connection, a moved one connects anew", async () => {
  const { client, clock, ask } = await withBroker();
  client.notify("tree.visible", { view: clusters, visible: true });
  client.notify("cluster.profiles", [profile(9_092)]);
  await clock.advance(3_000);

  client.notify("cluster.profiles", [profile(9_092, { name: "production" })]);
  await clock.advance(1);
  const renamed = (await ask("cluster.list", {})).find(({ clusterId }) => clusterId === "staging-id");
  client.notify("cluster.profiles", [profile(9_999, { name: "production" })]);
  await clock.advance(2_000);
  const moved = (await ask("cluster.list", {})).find(({ clusterId }) => clusterId === "staging-id");

  expect(renamed).toMatchObject({ name: "production", state: "connected" });
  expect(moved).toMatchObject({ name: "production", state: "failed" });
});

test("a certificate file that cannot be read is named, and nothing is tried", async () => {
  const { ask } = startHost();

  const report = await ask("cluster.diagnose", profile(9_092, { tls: { caFile: "/no/ca.pem" } }));

  expect(report.ok).toBe(false);
  expect(report.steps).toMatchObject([
    { stage: "tls", outcome: "failed", detail: expect.stringContaining("/no/ca.pem") },
  ]);
});

test("a diagnosis tells its stages as they pass and can be cancelled", async () => {
  const { client, clock, network } = await withBroker();
  const hole = network.blackHole({ host: "127.0.0.1", port: 9_092 });
  const controller = new AbortController();
  const diagnosis = client
    .request("cluster.diagnose", profile(9_092), { signal: controller.signal })
    .catch((error: Error) => error);
  await clock.advance(1_000);

  controller.abort();

  expect(await diagnosis).toMatchObject({ code: "CANCELLED" });
  hole.dispose();
});

test("a token command that fails says so without showing what it printed", async () => {
  const { ask } = await (async () => {
    const host = startHost({
      deps: { runCommand: () => Promise.reject(new Error("the token command failed: exit code 3")) },
    });
    await host.ask("playground.start", { scene: false });
    return host;
  })();

  const report = await ask(
    "cluster.diagnose",
    profile(9_092, { sasl: { mechanism: "OAUTHBEARER", token: { from: "command", command: "login" } } }),
  );

  expect(report.ok).toBe(false);
  expect(report.steps.find(({ outcome }) => outcome === "failed")?.stage).toBe("sasl");
});
