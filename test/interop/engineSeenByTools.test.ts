import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type LivePlayground, startLivePlayground } from "#test/playground/livePlayground.ts";
import { newestKafka } from "#test/support/kafkaJars.ts";
import { kafkaTool } from "#test/support/kafkaTool.ts";
import { LiveMember, until } from "#test/support/liveMember.ts";

const records = Array.from({ length: 6 }, (_, index) => ({
  key: null,
  value: Buffer.from(`invoice ${index}`),
  headers: [],
}));

describe("Java's kafka-consumer-groups, looking at our engine on the playground", () => {
  let live: LivePlayground;
  let member: LiveMember;

  beforeAll(async () => {
    live = await startLivePlayground({ nodes: 2 });
    live.playground.createTopic("invoices", { partitions: 3 });
    await live.playground.produce({ topic: "invoices", records });
    const access = { servers: live.bootstrapServers };
    const options = { topics: ["invoices"], groupId: "printers", clientId: "printer-1" };
    member = new LiveMember(access, options).flow();
    await until(
      () => member.read.length === 6 && member.has(3),
      () => `${member.read.length} records read`,
    );
    await member.session.commit({ deadlineMs: 5_000 });
    await live.playground.produce({ topic: "invoices", partition: 0, records: records.slice(0, 1) });
  });

  afterAll(async () => {
    await member?.stop();
    await live?.playground.stop();
  });

  const groups = (...args: readonly string[]) =>
    kafkaTool(newestKafka, "groups", ["--bootstrap-server", live.bootstrapServers, ...args]);
  /** The rows of a printed table by the names of its columns. */
  const table = (text: string) => {
    const [header = "", ...body] = text.split("\n").filter((line) => line.trim() !== "");
    const names = header.trim().split(/\s+/);
    return body.map((line) => {
      const cells = line.trim().split(/\s+/);
      return Object.fromEntries(names.map((name, index) => [name, cells[index]]));
    });
  };

  test("it shows the member, its partitions, what it committed and what it has yet to read", async () => {
    const [offsets, members] = await Promise.all([
      groups("--describe", "--group", "printers"),
      groups("--describe", "--group", "printers", "--members", "--verbose"),
    ]);

    const rows = table(offsets.stdout);
    expect(rows).toHaveLength(3);
    expect(rows.reduce((sum, row) => sum + Number(row["CURRENT-OFFSET"]), 0)).toBe(6);
    expect(rows.find(({ PARTITION }) => PARTITION === "0")).toMatchObject({ TOPIC: "invoices", LAG: "1" });
    for (const row of rows) expect(row["CONSUMER-ID"]).toMatch(/^printer-1-/);
    expect(table(members.stdout)).toMatchObject([{ "CLIENT-ID": "printer-1", "#PARTITIONS": "3" }]);
  });

  test("it is refused to reset the offsets of a group that is being read", async () => {
    const reset = ["--reset-offsets", "--all-topics", "--to-earliest", "--execute"];

    const { stdout, stderr } = await groups("--group", "printers", ...reset);

    expect(stdout + stderr).toContain("inactive");
    expect(member.has(3)).toBe(true);
  });
});
