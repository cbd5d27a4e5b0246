import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ChannelError } from "#host/channel/channelError.ts";
import { HostLink, type WorkerDeath } from "#vscode/host/hostLink.ts";
import { portPair } from "../../host/support/portPair.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function workers() {
  const spawned: {
    readonly die: (reason: string) => void;
    readonly received: string[];
    terminated: boolean;
  }[] = [];
  const link = new HostLink(
    () => {
      const { client, server } = portPair();
      const worker = {
        die: (reason: string) => server.close(reason),
        received: [] as string[],
        terminated: false,
      };
      server.onMessage((message) => {
        const { kind, name, id } = message as { kind: string; name: string; id: number };
        worker.received.push(name);
        server.post({
          kind: "notification",
          name: "host.log",
          value: { level: "info", message: `worker ${spawned.length}` },
        });
        if (kind === "request" && name === "cluster.list") server.post({ kind: "result", id, value: [] });
        if (kind === "request" && name === "host.shutdown") {
          server.post({ kind: "result", id, value: { couldNot: [] } });
        }
      });
      spawned.push(worker);
      return {
        port: client,
        terminate: () => {
          worker.terminated = true;
          return Promise.resolve();
        },
      };
    },
    () => Date.now(),
  );
  const deaths: WorkerDeath[] = [];
  link.onDied((death) => deaths.push(death));
  return { link, spawned, deaths };
}

test("no worker exists until someone asks for something", async () => {
  const { link, spawned } = workers();
  expect(spawned).toHaveLength(0);

  await link.request("cluster.list", {});

  expect(spawned).toHaveLength(1);
});

test("what a worker has to know is sent before the request that started it", async () => {
  const { link, spawned } = workers();
  link.onStarted(() => link.notify("cluster.profiles", []));

  await link.request("cluster.list", {});

  expect(spawned[0]?.received).toEqual(["cluster.profiles", "cluster.list"]);
});

test("a worker that dies is said, its calls are rejected, and another one is started", async () => {
  const { link, spawned, deaths } = workers();
  await link.request("cluster.list", {});
  const waiting = link.request("session.list", {}).catch((error: unknown) => error);

  spawned[0]?.die("The worker exited with code 1.");
  await vi.advanceTimersByTimeAsync(0);

  expect(ChannelError.is(await waiting, "EXITED")).toBe(true);
  expect(deaths).toEqual([{ reason: "The worker exited with code 1.", restartInMs: 0 }]);
  expect(spawned).toHaveLength(2);
});

test("a worker that keeps dying is not started in a loop, but at the next request", async () => {
  const { link, spawned, deaths } = workers();
  await link.request("cluster.list", {});

  for (let death = 0; death < 4; death++) {
    spawned.at(-1)?.die("again");
    await vi.advanceTimersByTimeAsync(5_000);
  }
  expect(deaths.map(({ restartInMs }) => restartInMs)).toEqual([0, 1_000, 2_000, undefined]);
  expect(spawned).toHaveLength(4);
  await link.request("cluster.list", {});

  expect(spawned).toHaveLength(5);
});

test("events of each worker arrive at one listener", async () => {
  const { link, spawned } = workers();
  const logged: string[] = [];
  link.on("host.log")(({ message }) => logged.push(message));
  await link.request("cluster.list", {});
  spawned[0]?.die("gone");
  await vi.advanceTimersByTimeAsync(0);

  await link.request("cluster.list", {});

  expect(logged).toEqual(["worker 1", "worker 2"]);
});

test("shutting down asks the worker to leave and ends it, and nothing starts another", async () => {
  const { link, spawned, deaths } = workers();
  await link.request("cluster.list", {});

  await link.shutdown(3_000);
  const failure = await link.request("cluster.list", {}).catch((error: unknown) => error);

  expect(spawned[0]?.received).toContain("host.shutdown");
  expect(spawned[0]?.terminated).toBe(true);
  expect(ChannelError.is(failure, "EXITED")).toBe(true);
  expect(deaths).toEqual([]);
  expect(spawned).toHaveLength(1);
});
