import { expect, test } from "vitest";
import { ByteParts } from "#base/byteParts.ts";
import { toDisposable } from "#base/lifecycle.ts";
import type { ByteStream, Transport } from "#base/transport.ts";
import { heartbeat } from "#protocol/apis/heartbeat.ts";
import { joinGroup } from "#protocol/apis/joinGroup.ts";
import { SwallowingTransport } from "#scenario/members/swallowingTransport.ts";

function recordingTransport() {
  const written: Uint8Array[] = [];
  const never = () => toDisposable(() => {});
  const stream: ByteStream = {
    remote: "here:1",
    onData: never,
    onClose: never,
    onDrain: never,
    write: (bytes) => written.push(ByteParts.of(bytes).joined()) < 100,
    setPaused: () => {},
    dispose: () => {},
  };
  const transport: Transport = { connect: () => Promise.resolve(stream) };
  return { transport, written };
}

function request(apiKey: number, bodyBytes: number): Uint8Array {
  const bytes = new Uint8Array(6 + bodyBytes);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, 2 + bodyBytes);
  view.setInt16(4, apiKey);
  return bytes;
}

const target = { host: "here", port: 1, timeoutMs: 1_000 };

test("requests of a swallowed API are lost on connections that are open, all others arrive", async () => {
  const { transport, written } = recordingTransport();
  const swallowing = new SwallowingTransport(transport);
  const stream = await swallowing.connect(target);
  stream.write(request(joinGroup.key, 8));

  swallowing.swallow(joinGroup.key);
  stream.write(request(joinGroup.key, 9));
  stream.write(
    Buffer.concat([request(heartbeat.key, 3), request(joinGroup.key, 4), request(heartbeat.key, 5)]),
  );

  expect(written.map((bytes) => bytes.length)).toEqual([14, 9, 11]);
});

test("what is no whole request is passed on as it is", async () => {
  const { transport, written } = recordingTransport();
  const swallowing = new SwallowingTransport(transport);
  swallowing.swallow(joinGroup.key);
  const stream = await swallowing.connect(target);

  stream.write(Uint8Array.of(0, 0, 0));

  expect(written).toEqual([Uint8Array.of(0, 0, 0)]);
});
