import { afterEach, beforeEach, expect, test } from "vitest";
import type { ByteStream } from "#base/transport.ts";
import { tcpTransport } from "#node/tcpTransport.ts";
import { metadata } from "#protocol/apis/metadata.ts";
import { encodeRequest } from "#protocol/message.ts";
import { type LivePlayground, startLivePlayground } from "../livePlayground.ts";
import { RawClient } from "../rawClient.ts";

let live: LivePlayground;

beforeEach(async () => {
  live = await startLivePlayground({ nodes: 2 });
});

afterEach(() => live.playground.stop());

const endpointOf = (nodeId: number) => {
  const node = live.playground.nodes.find((each) => each.nodeId === nodeId);
  if (!node) throw new Error(`there is no node ${nodeId}`);
  return { host: node.host, port: node.port };
};

test("a node that stopped is back on the same real port", async () => {
  const before = await RawClient.connect(tcpTransport, endpointOf(2));
  live.playground.stopNode(2);
  await before.closed;
  await expect(RawClient.connect(tcpTransport, endpointOf(2))).rejects.toMatchObject({
    code: "ECONNREFUSED",
  });

  await live.playground.startNode(2);

  const after = await RawClient.connect(tcpTransport, endpointOf(2));
  const answer = await after.call(metadata, { topics: [] });
  expect(answer.brokers.map(({ nodeId }) => nodeId)).toEqual([1, 2]);
  after.close();
});

test("half of an answer arrives before the connection is cut", async () => {
  live.playground.addFault({ match: { api: "Metadata" }, action: { kind: "cutConnection", midFrame: true } });
  const stream = await tcpTransport.connect({ ...endpointOf(1), timeoutMs: 5_000 });
  const received = bytesUntilClosed(stream);

  stream.write(encodeRequest(metadata, { version: 9, correlationId: 1, clientId: "raw" }, { topics: [] }));

  const bytes = await received;
  expect(bytes.length).toBeGreaterThan(4);
  expect(bytes.length - 4).toBeLessThan(new DataView(bytes.buffer).getInt32(0));
});

function bytesUntilClosed(stream: ByteStream): Promise<Uint8Array> {
  const chunks: number[] = [];
  stream.onData((chunk) => chunks.push(...chunk));
  return new Promise((resolve) => stream.onClose(() => resolve(Uint8Array.from(chunks))));
}
