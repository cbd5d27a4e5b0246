import { expect, test } from "vitest";
import { seededRandom } from "#base/random.ts";
import { startHost } from "./support/testHost.ts";

const clusters = "groupscope.clusters";

async function recorded() {
  const host = startHost();
  host.client.notify("tree.visible", { view: clusters, visible: true });
  await host.ask("playground.start", { scene: true });
  await host.clock.advance(5_000);
  return host;
}

test("a saved trace opens as a read-only root beside the live one, with the same facts", async () => {
  const { ask, tree, clock } = await recorded();
  const saved = await ask("trace.save", { file: "/tmp/incident.jsonl" });

  const opened = await ask("trace.open", { file: "/tmp/incident.jsonl" });
  await clock.advance(300);

  const text = await tree.text(clusters);
  const trace = text.slice(text.indexOf("incident.jsonl"));
  expect(opened).toMatchObject({ observations: saved.observations, notices: [] });
  expect(trace).toMatch(/trace, read-only/);
  expect(trace).toMatch(/billing \| .*lag/);
  expect(trace).toMatch(/worker-1/);
});

test("a trace stays as it is while the live cluster goes on", async () => {
  const { ask, tree, clock } = await recorded();
  await ask("trace.save", { file: "/tmp/incident.jsonl" });
  await ask("trace.open", { file: "/tmp/incident.jsonl" });
  const before = await traceText();

  await ask("playground.addMember", { groupId: "billing", topics: [] });
  await clock.advance(10_000);

  expect(await traceText()).toBe(before);

  async function traceText(): Promise<string> {
    const text = await tree.text(clusters);
    return text.slice(text.indexOf("incident.jsonl"));
  }
});

test("a trace that was cut off in the middle of a line opens, and says what is missing", async () => {
  const { ask, files } = await recorded();
  await ask("trace.save", { file: "/tmp/whole.jsonl" });
  const text = files.contents.get("/tmp/whole.jsonl") ?? "";
  files.contents.set("/tmp/cut.jsonl", text.slice(0, Math.floor(text.length * 0.6)));

  const opened = await ask("trace.open", { file: "/tmp/cut.jsonl" });

  expect(opened.observations).toBeGreaterThan(0);
  expect(opened.notices.join()).toContain("incomplete");
});

test("a file that is no trace is refused with a sentence", async () => {
  const { ask, files } = startHost();
  files.contents.set("/tmp/notes.txt", "hello\n");

  const refusals = await Promise.all(
    ["/tmp/notes.txt", "/tmp/none.jsonl"].map((file) =>
      ask("trace.open", { file }).catch((error: Error) => error),
    ),
  );

  expect(refusals).toMatchObject([
    { code: "REFUSED", message: expect.stringContaining("not a Groupscope trace") },
    { code: "REFUSED", message: expect.stringContaining("cannot be read") },
  ]);
});

test("closing a trace takes its root away", async () => {
  const { ask, tree } = await recorded();
  await ask("trace.save", { file: "/tmp/incident.jsonl" });
  const { traceId } = await ask("trace.open", { file: "/tmp/incident.jsonl" });

  await ask("trace.close", { traceId });

  expect(await tree.find(clusters, "incident.jsonl")).toBeUndefined();
  expect(await ask("trace.list", {})).toEqual([]);
});

test("what is observed is appended to the workspace's storage, so that a crash loses nothing", async () => {
  const { ask, files, clock } = await recorded();
  await clock.advance(1_000);
  const [path, text = ""] = [...files.contents].find(([file]) => file.startsWith("/storage/")) ?? [];

  files.contents.set("/tmp/after-crash.jsonl", text);
  const opened = await ask("trace.open", { file: "/tmp/after-crash.jsonl" });

  expect(path).toMatch(/running-[\w-]+\.groupscope\.jsonl$/);
  expect(opened.notices).toEqual([]);
  expect(opened.observations).toBeGreaterThan(50);
});

test("what a worker recorded is kept while the one after it records", async () => {
  const { ask, files, clock, host } = await recorded();
  await clock.advance(1_000);
  const { observations } = await ask("host.health", {});
  const before = new Map(files.contents);
  host.dispose();

  const next = startHost({ files, deps: { random: seededRandom(8) } });
  await next.ask("playground.start", { scene: true });
  await next.clock.advance(5_000);

  const [kept, ...others] = await next.ask("trace.kept", {});
  const opened = await next.ask("trace.open", { file: kept?.file ?? "" });
  expect([...before]).toEqual([[kept?.file, files.contents.get(kept?.file ?? "")]]);
  expect(others).toEqual([]);
  expect(files.contents.size).toBe(2);
  expect(opened.observations).toBeGreaterThan(observations / 2);
});

test("a running trace that somebody removed is begun again, as one that can be opened", async () => {
  const { ask, files, clock } = await recorded();

  files.contents.clear();
  await clock.advance(5_000);

  const [file = ""] = files.contents.keys();
  expect(await ask("trace.open", { file })).toMatchObject({ notices: [] });
});

test("the running trace never grows beyond its cap", async () => {
  const { files, clock, client } = startHost({ settings: { maxTraceFileBytes: 1_000_000 } });
  client.notify("tree.visible", { view: clusters, visible: true });
  await clock.runUntil(client.request("playground.start", { scene: true }));

  await clock.advance(60_000);

  const sizes = [...files.contents.values()].map((text) => text.length);
  expect(sizes.length).toBe(2);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(1_000_000);
});
