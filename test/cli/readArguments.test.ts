import { describe, expect, test } from "vitest";
import { optionTable } from "#cli/optionTable.ts";
import { readArguments } from "#cli/readArguments.ts";
import { usage } from "#cli/usage.ts";

/** What a whole command line gives. */
function read(line: string) {
  return readArguments(line.split(" ").filter((word) => word !== ""));
}

describe("the command line", () => {
  test("gives every option to the playground", () => {
    const line =
      "playground --port 19092 --host 0.0.0.0 --nodes 3 --racks a,b --topic orders:6:3 --topic clicks --produce orders:20 " +
      "--fill clicks:500 --auto-create-topics --kafka-version 3.9 --rebalance-protocols classic,consumer --faults rules.json --seed 7 --user ada:l:ove " +
      "--tls-cert c.pem --tls-key k.pem --tls-client-ca a.pem --data-dir state --memory 64 --no-validation --json";

    const command = read(line);

    expect(command).toEqual({
      ok: true,
      value: {
        type: "playground",
        port: 19_092,
        host: "0.0.0.0",
        nodes: 3,
        racks: ["a", "b"],
        topics: [
          { name: "orders", partitions: 6, replicationFactor: 3 },
          { name: "clicks", partitions: 1, replicationFactor: 1 },
        ],
        produce: [{ topic: "orders", records: 20 }],
        fill: [{ topic: "clicks", records: 500 }],
        autoCreateTopics: true,
        kafkaVersion: "3.9",
        rebalanceProtocols: "classic,consumer",
        validatesProduced: false,
        faultsFile: "rules.json",
        seed: 7,
        users: [{ username: "ada", password: "l:ove" }],
        tls: { certFile: "c.pem", keyFile: "k.pem", clientCaFile: "a.pem" },
        dataDirectory: "state",
        memoryMebibytes: 64,
        json: true,
      },
    });
  });

  test("needs nothing but the command", () => {
    const command = read("playground");

    expect(command).toMatchObject({
      ok: true,
      value: { port: undefined, nodes: 1, racks: [], topics: [], validatesProduced: true, json: false },
    });
  });

  test.each([
    ["", "help"],
    ["--help", "help"],
    ["playground --help", "help"],
    ["--version", "version"],
  ])("%j asks for %s", (line, type) => {
    const command = read(line);

    expect(command).toEqual({ ok: true, value: { type } });
  });

  test.each([
    ["--port 1", "Say what to do: groupscope playground."],
    ["broker", "There is no command broker: the only one is playground."],
    ["playground orders", "orders is too much: options begin with --."],
    ["playground --prot 1", "There is no option --prot; --help lists them."],
    ["playground -p 1", "There is no option -p; --help lists them."],
    ["playground --port", "--port needs a value: --port PORT."],
    ["playground --port --json", "--port needs a value: --port PORT."],
    ["playground --port 1 --port 2", "--port was given twice."],
    ["playground --port 70000", "--port must be a whole number from 0 to 65535, not 70000."],
    ["playground --port 65535 --nodes 2", "--port must be a whole number from 0 to 65534, not 65535."],
    ["playground --nodes 0", "--nodes must be a whole number from 1 to 100, not 0."],
    ["playground --nodes=x", "--nodes must be a whole number from 1 to 100, not x."],
    ["playground --json=yes", "--json takes no value, and got yes."],
    ["playground --topic :3", "--topic :3: write NAME, NAME:PARTITIONS or NAME:PARTITIONS:REPLICATION."],
    ["playground --topic a:b", "--topic a: its partitions must be a whole number from 1 to 10000, not b."],
    [
      "playground --topic a:1:2",
      "--topic a: its replication (with --nodes 1) must be a whole number from 1 to 1, not 2.",
    ],
    ["playground --topic a --topic a:2", "--topic a was given twice."],
    ["playground --produce orders", "--produce orders: write TOPIC:RATE."],
    ["playground --kafka-version 1.0", "--kafka-version must be one of 2.8, 3.9, 4.3, 4.4, not 1.0."],
    ["playground --racks a,b", "--racks a,b: there are 2 racks (a, b) and 1 node."],
    ["playground --nodes 3 --racks a,,c", "--racks a,,c: rack 2 of 3 has no name."],
    ["playground --no-validation=crc", "--no-validation takes no value, and got crc."],
    [
      "playground --rebalance-protocols consumer",
      "--rebalance-protocols must be one of classic and classic,consumer, not consumer.",
    ],
    [
      "playground --kafka-version 2.8 --rebalance-protocols classic,consumer",
      "--rebalance-protocols classic,consumer: Kafka 2.8 has classic groups only.",
    ],
    ["playground --seed -1", "--seed must be a whole number from 0 to 4294967295, not -1."],
    ["playground --user secret", "--user must be NAME:PASSWORD."],
    ["playground --tls-key k.pem", "--tls-cert and --tls-key go together."],
    ["playground --tls-client-ca a.pem", "--tls-client-ca needs --tls-cert and --tls-key."],
  ])("%j is refused with a sentence", (line, sentence) => {
    const command = read(line);

    expect(command).toEqual({ ok: false, error: sentence });
  });

  test("is explained option by option in help", () => {
    const missing = Object.keys(optionTable).filter((name) => !usage.includes(`--${name}`));

    expect(missing).toEqual([]);
    expect(usage).not.toContain("RELEASES");
  });
});

test("a filling takes as many records as a burst may have, and no more", () => {
  expect(readArguments(["playground", "--fill", "orders:1000000"]).ok).toBe(true);
  expect(readArguments(["playground", "--fill", "orders:1000001"])).toMatchObject({
    ok: false,
    error: expect.stringContaining("from 1 to 1000000"),
  });
});
