import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { Kafka, logLevel } from "kafkajs";
import { afterEach, describe, expect, test, vi } from "vitest";
import { DisposableStore } from "#base/lifecycle.ts";
import { tcpTransport } from "#node/tcpTransport.ts";
import { errorName } from "#protocol/errorCodes.ts";
import { batchOf, produceTo } from "#test/playground/produceAndFetch.ts";
import { RawClient } from "#test/playground/rawClient.ts";
import { isPortFree } from "#test/support/freePorts.ts";
import { runCli, startCli } from "./support/cliProcess.ts";

let owned = new DisposableStore();

afterEach(() => {
  owned.dispose();
  owned = new DisposableStore();
});

/** A folder of this test's own. */
function folder(): string {
  const directory = mkdtempSync(path.join(tmpdir(), "groupscope-cli-"));
  owned.add({ dispose: () => rmSync(directory, { recursive: true, force: true }) });
  return directory;
}

async function start(...args: readonly string[]) {
  const cli = await startCli("--port", "0", ...args);
  owned.add({ dispose: () => cli.process.signal("SIGKILL") });
  return cli;
}

function kafka(brokers: readonly string[]) {
  return new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING, retry: { retries: 1 } });
}

describe("groupscope playground", () => {
  test("serves kafkajs at the addresses it printed", async () => {
    const { ready } = await start("--nodes", "2", "--topic", "orders:6:2");
    const admin = kafka(ready.bootstrapServers).admin();
    owned.add({ dispose: () => void admin.disconnect() });

    await admin.connect();
    const { topics } = await admin.fetchTopicMetadata({ topics: ["orders"] });

    expect(ready).toMatchObject({ event: "ready", topics: [{ topic: "orders", partitions: 6 }] });
    expect(ready.nodes.map(({ nodeId }) => nodeId)).toEqual([1, 2]);
    expect(topics[0]?.partitions).toHaveLength(6);
  });

  test("has what it was filled with before it is ready", async () => {
    const { ready } = await start("--fill", "orders:1200", "--memory", "16");
    const admin = kafka(ready.bootstrapServers).admin();
    owned.add({ dispose: () => void admin.disconnect() });

    await admin.connect();
    const [offsets] = await admin.fetchTopicOffsets("orders");

    expect(offsets?.high).toBe("1200");
  });

  test.each(["SIGTERM", "SIGINT"] as const)(
    "ends in order on %s, also while a client is connected",
    async (signal) => {
      const { process: cli, ready, complaints } = await start("--topic", "orders");
      const admin = kafka(ready.bootstrapServers).admin();
      owned.add({ dispose: () => void admin.disconnect() });
      await admin.connect();

      cli.signal(signal);
      const end = await cli.ended;

      expect(end).toEqual({ code: 0, signal: null });
      expect(complaints()).toBe("");
      expect(await isPortFree(ready.nodes[0]?.port ?? 0)).toBe(true);
    },
  );

  test("goes on when nobody reads what it prints any more", async () => {
    const { process: cli, ready } = await start("--topic", "orders");
    cli.child.stdout?.destroy();
    cli.child.stderr?.destroy();
    const admin = kafka(ready.bootstrapServers).admin();
    owned.add({ dispose: () => void admin.disconnect() });

    await admin.connect();
    const topics = await admin.listTopics();

    expect(topics).toEqual(["orders"]);
    cli.signal("SIGTERM");
    expect(await cli.ended).toEqual({ code: 0, signal: null });
  });

  test("says what to do when its port is taken", async () => {
    const server = createServer();
    owned.add({ dispose: () => void server.close() });
    const port = await new Promise<number>((resolve) => {
      server.listen(0, "127.0.0.1", () => resolve((server.address() as { readonly port: number }).port));
    });

    const { exitCode, stdout, stderr } = await runCli("playground", "--port", `${port}`);

    expect(exitCode).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toBe(
      `groupscope: Port ${port} of 127.0.0.1 is taken by another program. Stop that one, or choose another port with --port; --port 0 takes any free one.\n`,
    );
  });

  test("refuses an option it does not know with exit code 2", async () => {
    const { exitCode, stdout, stderr } = await runCli("playground", "--prot", "1");

    expect(exitCode).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toBe("groupscope: There is no option --prot; --help lists them.\n");
  });

  test("puts the rules of a file into force", async () => {
    const file = path.join(folder(), "rules.json");
    const rule = {
      match: { api: "Metadata" },
      action: { kind: "error", code: "INVALID_TOPIC_EXCEPTION" },
      title: "metadata fails",
    };
    writeFileSync(file, JSON.stringify([rule]));
    const { ready } = await start("--topic", "orders", "--faults", file);
    const admin = kafka(ready.bootstrapServers).admin();
    owned.add({ dispose: () => void admin.disconnect() });
    await admin.connect();

    const listed = admin.fetchTopicMetadata({ topics: ["orders"] });

    await expect(listed).rejects.toThrow(/topic/i);
    expect(ready.faults).toEqual([{ faultId: "fault-1", title: "metadata fails" }]);
  });

  test("stores damage as it comes when told not to check it, and refuses it otherwise", async () => {
    const codes = [];
    for (const options of [["--no-validation"], []]) {
      const { ready } = await start("--topic", "orders", ...options);
      const client = await RawClient.connect(tcpTransport, { host: "127.0.0.1", port: 0, ...ready.nodes[0] });
      owned.add({ dispose: () => client.close() });
      const damaged = batchOf("a", "b");
      damaged[damaged.length - 1] = 0xff;

      codes.push(errorName((await produceTo(client, 0, damaged)).errorCode));
    }

    expect(codes).toEqual(["NONE", "CORRUPT_MESSAGE"]);
  });

  test("puts its nodes into racks in turn", async () => {
    const { ready } = await start("--nodes", "3", "--racks", "a,b");

    expect(ready.nodes.map(({ rack }) => rack)).toEqual(["a", "b", "a"]);
  });

  test("names every mistake of a file of rules", async () => {
    const file = path.join(folder(), "rules.json");
    writeFileSync(file, '[{"match": {"api": "Sync"}, "action": {"kind": "explode"}}]');

    const { exitCode, stderr } = await runCli("playground", "--port", "0", "--faults", file);

    expect(exitCode).toBe(1);
    expect(stderr).toContain(`--faults ${file}`);
    expect(stderr).toContain("rules[0].match.api");
    expect(stderr).toContain("rules[0].action.kind");
  });

  test("names no more than twenty mistakes of a file of rules", async () => {
    const file = path.join(folder(), "rules.json");
    writeFileSync(file, JSON.stringify(Array.from({ length: 1_000 }, () => 1)));

    const { stderr } = await runCli("playground", "--port", "0", "--faults", file);

    expect(stderr.trim().split("\n")).toHaveLength(22);
    expect(stderr).toContain("and 980 more");
  });

  test("says which file is no certificate", async () => {
    const file = path.join(folder(), "cert.pem");
    writeFileSync(file, "no certificate");

    const { exitCode, stderr } = await runCli("playground", "--tls-cert", file, "--tls-key", file);

    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: `groupscope: --tls-cert ${file}: this is no PEM file with a certificate in it.\n`,
    });
  });

  test("leaves a directory of somebody else as it is", async () => {
    const directory = folder();
    mkdirSync(path.join(directory, "topics"));
    writeFileSync(path.join(directory, "topics", "notes.md"), "precious");

    const { exitCode, stderr } = await runCli("playground", "--port", "0", "--data-dir", directory);

    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^groupscope: .+ holds a folder topics, but no journal.log .+ away\.\n$/);
    expect(readFileSync(path.join(directory, "topics", "notes.md"), "utf8")).toBe("precious");
  });

  test("says whom it sends away, and why", async () => {
    const { ready, complaints } = await start();
    const socket = connect(ready.nodes[0]?.port ?? 0, "127.0.0.1");
    owned.add({ dispose: () => socket.destroy() });
    socket.on("error", () => {});

    socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");

    await vi.waitFor(() => expect(complaints()).toMatch(/node 1 was ended: what came is no Kafka request/), {
      timeout: 10_000,
    });
  });

  test("says that a file is not there", async () => {
    const file = path.join(folder(), "none.json");

    const { exitCode, stderr } = await runCli("playground", "--port", "0", "--faults", file);

    expect(exitCode).toBe(1);
    expect(stderr).toContain("none.json: the file cannot be read");
  });

  test("comes back after SIGKILL with its topics, records and offsets, on the same port", async () => {
    const directory = path.join(folder(), "state");
    const first = await start("--topic", "orders:2", "--fill", "orders:700", "--data-dir", directory);
    const admin = kafka(first.ready.bootstrapServers).admin();
    await admin.connect();
    await admin.setOffsets({
      groupId: "billing",
      topic: "orders",
      partitions: [{ partition: 0, offset: "7" }],
    });
    const before = await admin.fetchTopicOffsets("orders");
    await admin.disconnect();
    first.process.signal("SIGKILL");
    await first.process.ended;

    const second = await start("--topic", "orders:2", "--data-dir", directory);

    const later = kafka(second.ready.bootstrapServers).admin();
    owned.add({ dispose: () => void later.disconnect() });
    await later.connect();
    const [committed] = await later.fetchOffsets({ groupId: "billing", topics: ["orders"] });
    expect(second.ready.bootstrapServers).toEqual(first.ready.bootstrapServers);
    expect(await later.fetchTopicOffsets("orders")).toEqual(before);
    expect(committed?.partitions.find(({ partition }) => partition === 0)?.offset).toBe("7");
    expect(second.complaints()).toBe("");
  });

  test("says which process has the data directory", async () => {
    const directory = folder();
    await start("--data-dir", directory);

    const { exitCode, stderr } = await runCli("playground", "--port", "0", "--data-dir", directory);

    expect(exitCode).toBe(1);
    expect(stderr).toContain(`${directory} is in use by process`);
  });

  test("shows its help and its version", async () => {
    const help = await runCli("--help");
    const version = await runCli("--version");

    expect(help).toMatchObject({ exitCode: 0, stderr: "" });
    expect(help.stdout).toContain("--kafka-version");
    expect(version.stdout).toMatch(/^groupscope /);
  });
});
