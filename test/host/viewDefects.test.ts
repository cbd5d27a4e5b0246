import { expect, test } from "vitest";
import { startHost } from "./support/testHost.ts";

const clusters = "groupscope.clusters";
/** A time that a trace may hold, and that the host below cannot say. */
const unspeakable = 4e15;

/** A host with a recording, whose presenters fail at one time. */
async function recorded() {
  let broken = true;
  const logged: string[] = [];
  const host = startHost({
    deps: {
      timeText: (at) => {
        if (broken && at === unspeakable) throw new RangeError("Invalid time value");
        return String(at);
      },
    },
  });
  host.client.on("host.log")(({ level, message }) => {
    if (level === "error") logged.push(message);
  });
  host.client.notify("tree.visible", { view: clusters, visible: true });
  await host.ask("playground.start", { scene: true });
  await host.clock.advance(5_000);
  const mend = () => {
    broken = false;
  };
  /** Opens the recording with one more line: its last one, at another time. */
  const openWithLastAt = async (at: number) => {
    await host.ask("trace.save", { file: "/tmp/a.jsonl" });
    const text = host.files.contents.get("/tmp/a.jsonl") ?? "";
    const last: object = JSON.parse(text.trim().split("\n").at(-1) ?? "");
    host.files.contents.set("/tmp/b.jsonl", `${text}${JSON.stringify({ ...last, at })}\n`);
    return host.ask("trace.open", { file: "/tmp/b.jsonl" });
  };
  return { ...host, logged, mend, openWithLastAt };
}

test("a presenter that fails costs its rows, and neither the other rows nor the worker", async () => {
  const { ask, clock, tree, logged, openWithLastAt } = await recorded();
  await ask("tree.children", { view: clusters, parent: undefined });

  await openWithLastAt(unspeakable);
  await clock.advance(5_000);

  const text = await tree.text(clusters);
  expect(text).toMatch(/^Cannot be shown \| a defect of Groupscope/m);
  expect(text).toMatch(/^playground \| .*\n(.*\n)*.*billing/m);
  expect(logged).toHaveLength(1);
  expect(logged[0]).toMatch(
    /^A part of groupscope\.clusters cannot be shown: RangeError: Invalid time value\n +at /,
  );
});

test("rows that could not be shown are back once they can be", async () => {
  const { ask, clock, client, mend, openWithLastAt } = await recorded();
  const labels: string[] = [];
  client.on("tree.changed")(({ changes }) => {
    for (const { parentId, nodes } of changes)
      if (parentId === undefined) labels.splice(0, Infinity, ...nodes.map(({ label }) => label));
  });
  await ask("tree.children", { view: clusters, parent: undefined });
  await openWithLastAt(unspeakable);
  await clock.advance(2_000);
  const before = [...labels];

  mend();
  await clock.advance(2_000);

  expect(before).toEqual(["playground", "Cannot be shown"]);
  expect(labels).toEqual(["playground", expect.stringContaining("b.jsonl")]);
});

test("a trace with a time beyond the calendar opens without that line", async () => {
  const { clock, tree, logged, openWithLastAt } = await recorded();

  const { notices } = await openWithLastAt(9e15);
  await clock.advance(3_000);

  expect(notices.join()).toContain("at is not a time");
  expect(await tree.text(clusters)).toMatch(/b\.jsonl/);
  expect(logged).toEqual([]);
});
