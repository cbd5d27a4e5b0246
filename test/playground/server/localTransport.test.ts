import { beforeEach, expect, test } from "vitest";
import type { ByteStream } from "#base/transport.ts";
import { apiVersions } from "#protocol/apis/apiVersions.ts";
import { RawClient } from "../rawClient.ts";
import { SimulatedPlayground } from "../simulatedPlayground.ts";

let simulated: SimulatedPlayground;
const target = { host: "127.0.0.1", port: 9_092, timeoutMs: 1_000 };

beforeEach(async () => {
  simulated = await SimulatedPlayground.start();
});

/** A stream with the reason why it ended, once it has. */
async function openFrom(
  host: string,
): Promise<{ readonly stream: ByteStream; readonly ended: () => boolean }> {
  const stream = await simulated.playground.transportFrom(host).connect(target);
  let isEnded = false;
  stream.onClose(() => (isEnded = true));
  return { stream, ended: () => isEnded };
}

test("a client without a socket is served, and seen as coming from the host it says", async () => {
  const { stream } = await openFrom("10.20.0.4");
  const client = new RawClient(stream);

  const { errorCode } = await simulated.run(client.call(apiVersions, {}, { version: 0 }));
  stream.dispose();
  await simulated.clock.advance(10);

  expect(errorCode).toBe(0);
  expect(simulated.network.connections).toEqual([]);
  expect(simulated.ended).toMatchObject([{ nodeId: 1, remote: "10.20.0.4:40000" }]);
});

test("a stopped playground ends the connection, and refuses the next", async () => {
  const { ended } = await openFrom("10.20.0.4");

  await simulated.playground.stop();
  await simulated.clock.advance(10);
  const refusal = await simulated.playground
    .transportFrom("10.20.0.4")
    .connect(target)
    .catch((error: Error) => error);

  expect(ended()).toBe(true);
  expect(refusal).toMatchObject({ stage: "connect", code: "ECONNREFUSED" });
});

test("garbage ends the connection as it ends any other", async () => {
  const { stream, ended } = await openFrom("10.20.0.4");

  stream.write(new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"));
  await simulated.clock.advance(10);

  expect(ended()).toBe(true);
});

test("what was sent to a client that does not read waits for it", async () => {
  const { stream } = await openFrom("10.20.0.4");
  let answered = false;
  stream.setPaused(true);
  const answer = new RawClient(stream).call(apiVersions, {}).then(() => (answered = true));
  await simulated.clock.advance(1_000);
  const whilePaused = answered;

  stream.setPaused(false);
  await simulated.run(answer);

  expect(whilePaused).toBe(false);
});

test("a stopped node ends its connections, and can be reached when it is back", async () => {
  const three = await SimulatedPlayground.start({ nodes: 3 });
  const transport = three.playground.transportFrom("10.20.0.4");
  const stream = await transport.connect({ ...target, port: 9_093 });
  let isEnded = false;
  stream.onClose(() => (isEnded = true));

  three.playground.stopNode(2);
  await three.clock.advance(10);
  const refusal = await transport.connect({ ...target, port: 9_093 }).catch((error: Error) => error);
  await three.run(three.playground.startNode(2));

  expect(isEnded).toBe(true);
  expect(refusal).toMatchObject({ code: "ECONNREFUSED" });
  expect((await transport.connect({ ...target, port: 9_093 })).remote).toBe("127.0.0.1:9093");
});
