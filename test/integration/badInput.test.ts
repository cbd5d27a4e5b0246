import { createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { diagnoseConnection } from "#cluster/diagnosis.ts";
import { addressText } from "#network/address.ts";
import { ClusterClient } from "#network/clusterClient.ts";
import { ConnectionError } from "#network/connectionError.ts";
import { systemClock } from "#node/systemClock.ts";
import { systemRandom } from "#node/systemRandom.ts";
import { tcpTransport } from "#node/tcpTransport.ts";
import { LiveMember, until } from "#test/support/liveMember.ts";

/** What listens instead of a broker, and what people are to be told about it. */
interface Impostor {
  readonly name: string;
  readonly answer: (socket: Socket) => void;
  /** Part of the message, whoever asked. */
  readonly says: RegExp;
}

const halfAnHttpAnswer = "HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\n\r\n<html>no</html>";

const impostors: readonly Impostor[] = [
  {
    name: "a web server",
    answer: (socket) => socket.once("data", () => socket.end(halfAnHttpAnswer)),
    says: /HTTP.*not a Kafka listener/s,
  },
  {
    name: "an SSH server",
    answer: (socket) => socket.write("SSH-2.0-OpenSSH_9.6\r\n"),
    says: /SSH/,
  },
  {
    name: "a TLS listener spoken to in plaintext",
    answer: (socket) => socket.once("data", () => socket.end(Buffer.from("15030300020246", "hex"))),
    says: /TLS/,
  },
  {
    name: "garbage",
    answer: (socket) =>
      socket.once("data", () => socket.end(Buffer.from("0000000a000102030405060708ff", "hex"))),
    says: /does not speak Kafka.*check the address/,
  },
  {
    name: "an answer of 2 GB",
    answer: (socket) => socket.once("data", () => socket.write(Buffer.from("7fffffff00000001", "hex"))),
    says: /2\D?147\D?483\D?647|2(\.\d+)? G/,
  },
  {
    name: "a socket that closes in the middle of a frame",
    answer: (socket) => socket.once("data", () => socket.end(Buffer.from("000000400000000100", "hex"))),
    says: /closed|ended/i,
  },
  {
    name: "a socket that closes at once",
    answer: (socket) => socket.end(),
    says: /closed|ended/i,
  },
  {
    name: "a port that accepts and never answers",
    answer: () => {},
    says: /did not answer|no answer|within/i,
  },
];

describe.each(impostors)("where a broker should be there is $name", ({ answer, says }) => {
  const servers: Server[] = [];
  const sockets = new Set<Socket>();

  afterEach(() => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    for (const server of servers.splice(0)) server.close();
  });

  /** Listens, and counts who comes. */
  const listen = async () => {
    const counts = { connections: 0, requests: 0 };
    const server = createServer((socket) => {
      counts.connections++;
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("data", () => counts.requests++);
      answer(socket);
    });
    servers.push(server);
    const port = await new Promise<number>((resolve) => {
      server.listen(0, "127.0.0.1", () => {
        const address = server.address();
        resolve(typeof address === "object" && address !== null ? address.port : 0);
      });
    });
    return { counts, host: "127.0.0.1", port };
  };
  const open = (server: string) =>
    new ClusterClient({
      bootstrapServers: [server],
      clientId: "groupscope-test",
      transport: tcpTransport,
      clock: systemClock,
      random: systemRandom,
      connectTimeoutMs: 1_000,
      requestTimeoutMs: 1_500,
    });

  test("a request fails by its deadline, says why, and is not repeated without a pause", async () => {
    const at = await listen();
    const client = open(addressText(at));
    const startedAt = Date.now();

    const failure = await client
      .refreshMetadata({ topics: "all", timeoutMs: 2_000 })
      .catch((error: Error) => error);

    const tookMs = Date.now() - startedAt;
    client.close();
    expect(ConnectionError.is(failure)).toBe(true);
    expect(whole(failure)).toMatch(says);
    expect(whole(failure)).toContain(addressText(at));
    expect(tookMs).toBeLessThan(4_000);
    expect(at.counts.connections).toBeLessThanOrEqual(12);
  });

  test("the diagnosis names the stage and says what to do", async () => {
    const at = await listen();

    const { ok, steps, failure } = await diagnoseConnection({
      bootstrapServers: [at],
      tls: undefined,
      saslMechanism: undefined,
      transport: tcpTransport,
      clock: systemClock,
      openClient: (server) => open(addressText(server)),
      timeoutMs: 1_500,
    });

    expect(ok).toBe(false);
    expect(steps.find(({ outcome }) => outcome === "failed")?.stage).toBe("apiVersions");
    expect(failure).toMatch(says);
    expect(failure?.length).toBeGreaterThan(40);
    expect(at.counts.connections).toBeLessThanOrEqual(12);
  });

  test("a debug consumer keeps trying slowly, and stops when told", async () => {
    const at = await listen();
    const member = new LiveMember(
      { servers: addressText(at) },
      { topics: ["orders"], groupId: "billing" },
    ).flow();
    await until(
      () => at.counts.connections > 0,
      () => "it never connected",
    );
    const before = at.counts.connections;

    await new Promise((resolve) => setTimeout(resolve, 2_000));

    const perSecond = (at.counts.connections - before) / 2;
    const startedAt = Date.now();
    await member.stop();
    expect(perSecond).toBeLessThan(15);
    expect(Date.now() - startedAt).toBeLessThan(4_000);
    expect(member.all("session.ended")).toMatchObject([{ reason: "stopped" }]);
  });
});

/** The message with those of its causes, as people are shown it. */
function whole(error: unknown): string {
  return error instanceof Error ? `${error.message} ${whole(error.cause)}` : "";
}
