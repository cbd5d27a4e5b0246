import { beforeEach, describe, expect, test } from "vitest";
import { type BenchSession, EngineBench, ofType } from "./support/engineBench.ts";

describe("a subscription by pattern", () => {
  let bench: EngineBench;

  beforeEach(async () => {
    bench = new EngineBench();
    await bench.run(bench.playground.start());
    bench.playground.createTopic("orders-eu", { partitions: 2 });
    bench.playground.createTopic("orders-us", { partitions: 2 });
    bench.playground.createTopic("payments", { partitions: 2 });
    bench.playground.createTopic("__consumer_offsets", { partitions: 2 });
  });

  const topicsOf = ({ session }: BenchSession) =>
    Array.from(new Set(session.assignment().map(({ topic }) => topic))).sort();

  const reads = (member: BenchSession, ...topics: readonly string[]) =>
    bench.until(
      `${topics.join(", ")} are read`,
      () =>
        member.session.membership()?.state === "stable" &&
        JSON.stringify(topicsOf(member)) === JSON.stringify(topics),
    );

  test("topics whose whole name matches are consumed, and those that are named", async () => {
    const a = bench.session({ topics: ["payments"], topicPattern: "orders-.." });

    a.session.start();
    await reads(a, "orders-eu", "orders-us", "payments");

    expect(a.session.assignment()).toHaveLength(6);
    expect(ofType(a.seen, "session.started")).toMatchObject([
      { topics: ["payments"], topicPattern: "orders-.." },
    ]);
  });

  test("Kafka's own topics are left out, unless they are named", async () => {
    const a = bench.session({ topics: [], topicPattern: ".*" });
    const b = bench.session({ groupId: "curious", topics: ["__consumer_offsets"], topicPattern: "pay.*" });

    a.session.start();
    b.session.start();

    await reads(a, "orders-eu", "orders-us", "payments");
    await reads(b, "__consumer_offsets", "payments");
  });

  test.each(["range", "cooperative-sticky"])(
    "with %s a topic that appears is consumed, and one that vanishes let go of",
    async (assignor) => {
      const a = bench.session({ topics: [], topicPattern: "orders-.*", assignors: [assignor] });
      const b = bench.session({ topics: [], topicPattern: "orders-.*", assignors: [assignor] });
      a.session.start();
      b.session.start();
      const all = () => [...a.session.assignment(), ...b.session.assignment()].map(({ topic }) => topic);
      const count = (topic: string) => all().filter((one) => one === topic).length;
      await bench.until("both read", () => count("orders-eu") === 2 && count("orders-us") === 2);

      bench.playground.createTopic("orders-jp", { partitions: 3 });
      await bench.until("the new topic is read", () => count("orders-jp") === 3, 120_000);
      bench.playground.deleteTopic("orders-eu");
      await bench.until("the deleted topic is let go of", () => count("orders-eu") === 0, 120_000);
      await bench.clock.advance(10_000);

      expect(all().sort()).toEqual(["orders-jp", "orders-jp", "orders-jp", "orders-us", "orders-us"]);
      const reasons = ofType(a.seen, "session.state").map(({ reason }) => reason ?? "");
      expect(reasons.join("\n")).toContain("of the topics that match orders-.*, orders-jp came");
    },
  );

  test("before any topic matches, the member waits in the group for one", async () => {
    const a = bench.session({ topics: [], topicPattern: "later" });
    a.session.start();
    await bench.until("it is in the group", () => a.session.membership()?.state === "stable");

    bench.playground.createTopic("later", { partitions: 1 });
    await reads(a, "later");

    expect(a.session.assignment()).toEqual([{ topic: "later", partition: 0 }]);
  });

  test("while no broker says which topics there are, it asks again and joins later", async () => {
    const fault = bench.playground.addFault({
      match: { api: "Metadata" },
      action: { kind: "cutConnection" },
    });
    const a = bench.session({ topics: [], topicPattern: "orders-.*" });
    a.session.start();
    await bench.clock.advance(30_000);
    const hits = bench.playground.faults()[0]?.hits ?? 0;

    bench.playground.removeFault(fault);
    await reads(a, "orders-eu", "orders-us");

    expect(hits).toBeGreaterThan(2);
    expect(hits).toBeLessThan(100);
  });
});
