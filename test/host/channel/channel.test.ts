import { expect, test } from "vitest";
import { ChannelClient } from "#host/channel/channelClient.ts";
import type { RequestShape } from "#host/channel/channelContract.ts";
import { ChannelError } from "#host/channel/channelError.ts";
import { ChannelServer, type RequestHandlers } from "#host/channel/channelServer.ts";
import { portPair } from "../support/portPair.ts";

interface Arithmetic {
  readonly requests: {
    readonly add: RequestShape<{ readonly a: bigint; readonly b: bigint }, bigint>;
    readonly count: RequestShape<{ readonly to: number }, string, number>;
    readonly wait: RequestShape<Record<string, never>, string>;
  };
  readonly notifications: { readonly greet: string };
  readonly events: { readonly greeted: string };
}

function connect(handlers: Partial<RequestHandlers<Arithmetic["requests"]>> = {}) {
  const { client: clientPort, server: serverPort } = portPair();
  const defects: string[] = [];
  const aborted: string[] = [];
  const server = new ChannelServer<Arithmetic>(
    serverPort,
    {
      requests: {
        add: ({ a, b }) => a + b,
        count: ({ to }, { progress }) => {
          for (let n = 1; n <= to; n++) progress(n);
          return "done";
        },
        wait: (_params, { signal }) =>
          new Promise((resolve) => {
            signal.addEventListener("abort", () => {
              aborted.push("wait");
              resolve("too late");
            });
          }),
        ...handlers,
      },
      notifications: { greet: (name) => server.emit("greeted", `hello ${name}`) },
    },
    (what) => defects.push(what),
  );
  return { client: new ChannelClient<Arithmetic>(clientPort), clientPort, defects, aborted };
}

test("a request is answered with its result, offsets as bigint", async () => {
  const { client } = connect();

  const sum = await client.request("add", { a: 1n, b: 2n ** 60n });

  expect(sum).toBe(2n ** 60n + 1n);
});

test("progress reaches the caller in order, before the result", async () => {
  const { client } = connect();
  const seen: number[] = [];

  const result = await client.request("count", { to: 3 }, { onProgress: (n) => seen.push(n) });

  expect([...seen, result]).toEqual([1, 2, 3, "done"]);
});

test("a failing handler rejects the caller with the words of the failure and is reported as a defect", async () => {
  const { client, defects } = connect({
    add: () => {
      throw new Error("no numbers today", { cause: new Error("closed") });
    },
  });

  const failure = await client.request("add", { a: 1n, b: 1n }).catch((error: unknown) => error);

  expect(ChannelError.is(failure, "FAILED") && failure.message).toBe("no numbers today");
  expect(ChannelError.is(failure) && failure.detail).toContain("caused by Error: closed");
  expect(defects).toEqual(["add"]);
});

test("a refusal keeps its code and is no defect", async () => {
  const { client, defects } = connect({
    add: () => {
      throw new ChannelError("REFUSED", "Nothing to add.");
    },
  });

  const failure = await client.request("add", { a: 1n, b: 1n }).catch((error: unknown) => error);

  expect(ChannelError.is(failure, "REFUSED")).toBe(true);
  expect(defects).toEqual([]);
});

test("aborting releases the caller at once and tells the handler", async () => {
  const { client, aborted } = connect();
  const controller = new AbortController();
  const waiting = client.request("wait", {}, { signal: controller.signal }).catch((error: unknown) => error);
  await Promise.resolve();

  controller.abort();
  const failure = await waiting;

  expect(ChannelError.is(failure, "CANCELLED")).toBe(true);
  await new Promise((resolve) => setImmediate(resolve));
  expect(aborted).toEqual(["wait"]);
});

test("all pending calls are rejected when the worker exits, and later ones too", async () => {
  const { client, clientPort } = connect();
  const first = client.request("wait", {}).catch((error: unknown) => error);
  const second = client.request("wait", {}).catch((error: unknown) => error);

  clientPort.close("The worker stopped (exit code 1).");
  const third = client.request("add", { a: 1n, b: 1n }).catch((error: unknown) => error);

  for (const failure of await Promise.all([first, second, third])) {
    expect(ChannelError.is(failure, "EXITED") && failure.message).toBe("The worker stopped (exit code 1).");
  }
});

test("a notification is handled and an event comes back", async () => {
  const { client } = connect();
  const greeted = new Promise<string>((resolve) => client.on("greeted")(resolve));

  client.notify("greet", "billing");

  expect(await greeted).toBe("hello billing");
});

test("a request nobody knows is refused instead of waiting for ever", async () => {
  const { client } = connect();

  const failure = await client.request("nonsense" as "wait", {}).catch((error: unknown) => error);

  expect(ChannelError.is(failure, "NOT_FOUND")).toBe(true);
});
