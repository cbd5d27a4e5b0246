import { expect, test } from "vitest";
import { EndNotices } from "#playground/server/endNotices.ts";
import { metadata } from "#protocol/apis/metadata.ts";
import { SimulatedPlayground } from "../simulatedPlayground.ts";

async function listened() {
  const simulated = await SimulatedPlayground.start();
  const said: string[] = [];
  const notices = new EndNotices(simulated.clock, (text) => said.push(text));
  simulated.playground.onConnectionEnded((end) => notices.ended(end));
  return { simulated, said };
}

test("who speaks something else is named with the reason once, and counted", async () => {
  const { simulated, said } = await listened();

  for (let index = 0; index < 40; index++) {
    const client = await simulated.connect();
    client.write(new TextEncoder().encode("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    await simulated.run(client.closed);
  }
  await simulated.clock.advance(10_000);

  expect(said).toEqual([
    expect.stringMatching(/^the connection of .+ to node 1 was ended: what came is no Kafka request$/),
    "39 more connections were ended in the last 10 s",
  ]);
});

test("who speaks TLS to a port of plain text is told apart", async () => {
  const { simulated, said } = await listened();
  const client = await simulated.connect();

  client.write(Uint8Array.of(0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc));
  await simulated.run(client.closed);

  expect(said).toEqual([
    expect.stringMatching(/no Kafka request: it is TLS, and this port speaks plain text$/),
  ]);
});

test("a client whose name ends the line, or steers the terminal, writes no line of its own", async () => {
  const { simulated, said } = await listened();
  const client = await simulated.connect();
  await simulated.run(client.call(metadata, { topics: [] }, { clientId: "a\u001b[2J\nall is well \u202e" }));

  client.write(new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"));
  await simulated.run(client.closed);

  expect(said).toEqual([
    expect.stringMatching(
      /^the connection of a\\u001b\[2J\\u000aall is well \\u202e \(client:\d+\) to node 1/,
    ),
  ]);
});

test("nothing is said of clients that go, nor of a playground that stops", async () => {
  const { simulated, said } = await listened();
  const gone = await simulated.connect();
  await simulated.connect();

  gone.close();
  await simulated.clock.advance(100);
  await simulated.run(simulated.playground.stop());

  expect(said).toEqual([]);
});
