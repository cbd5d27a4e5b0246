import { expect, test } from "vitest";
import type { RequestFilter, RequestsState } from "#webview/requests/contract.ts";
import { startHost } from "../support/testHost.ts";

const any: RequestFilter = {
  api: null,
  clientId: null,
  groupId: null,
  nodeId: null,
  errorsOnly: false,
  own: false,
  text: "",
};

async function withPanel(
  subject: { readonly groupId?: string; readonly memberId?: string; readonly clientId?: string } = {},
) {
  const host = startHost();
  await host.ask("playground.start", { scene: true });
  await host.clock.advance(6_000);
  const states: RequestsState[] = [];
  host.client.on("panel.state")(({ state }) => states.push(state as RequestsState));
  const { panelId, title } = await host.ask("panel.open", {
    panel: "requests",
    clusterId: "playground",
    ...subject,
  });
  host.client.notify("panel.visible", { panelId, visible: true });
  const shown = async () => {
    await host.clock.advance(500);
    const state = states.at(-1);
    if (!state) throw new Error("nothing was shown");
    return state;
  };
  const notify = (notified: Parameters<typeof host.client.notify<"panel.notified">>[1]["notified"]) =>
    host.client.notify("panel.notified", {
      panelId,
      panel: "requests",
      notified,
    } as Parameters<typeof host.client.notify<"panel.notified">>[1]);
  return { ...host, panelId, title, shown, notify };
}

test("what clients asked before the panel was opened is there", async () => {
  const { shown, title } = await withPanel();

  const state = await shown();

  expect(title).toBe("Requests");
  expect(state.total).toBeGreaterThan(20);
  expect(state.choices.apis).toEqual(expect.arrayContaining(["JoinGroup", "OffsetCommit", "Fetch"]));
  expect(state.choices.groups).toContain("billing");
  expect(state.empty).toBeNull();
});

test("opened from a group, it shows that group's requests only", async () => {
  const { shown, title } = await withPanel({ groupId: "billing" });

  const state = await shown();

  expect(title).toBe("Requests: billing");
  expect(state.filter.groupId).toBe("billing");
  expect(state.window.rows.every(({ about }) => about.startsWith("billing"))).toBe(true);
});

test("a held request is a row that waits and names its fault, and opens decoded", async () => {
  const { ask, clock, shown, notify } = await withPanel({ groupId: "billing" });
  await ask("playground.addFault", { kind: "delayCommits", groupId: "billing", delayMs: 60_000 });
  await clock.advance(10_000);
  const waiting = (await shown()).window.rows.find(({ outcome }) => outcome.kind === "waiting");

  if (!waiting) throw new Error("nothing waits");
  notify({ name: "select", body: { exchangeId: waiting.exchangeId } });
  const { selected } = await shown();

  expect(waiting).toMatchObject({ api: "OffsetCommit", fault: expect.stringContaining("billing") });
  expect(selected?.request.fields.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["groupId", "topics", "committedOffset"]),
  );
  expect(selected?.request.hex.length).toBeGreaterThan(1);
  expect(selected?.response.notes).toEqual(["It was not answered yet."]);
});

test("paused, the list stays while requests go on being kept", async () => {
  const { clock, shown, notify } = await withPanel();
  notify({ name: "setPaused", body: { paused: true } });
  const before = await shown();

  await clock.advance(5_000);

  const after = await shown();
  expect(after.total).toBe(before.total);
  expect(after.arrived).toBeGreaterThan(before.arrived);
  expect(after.paused).toBe(true);
});

test("cleared, it says that nothing came yet", async () => {
  const { ask, clock, shown, notify } = await withPanel();
  await ask("playground.stop", {});
  await clock.advance(1_000);

  notify({ name: "clear", body: {} });
  const state = await shown();

  expect(state.total).toBe(0);
  expect(state.empty?.title).toBe("The playground does not run");
});

test("a text finds rows by what stands in any column", async () => {
  const { shown, notify } = await withPanel();

  notify({ name: "setFilter", body: { filter: { ...any, text: "joingroup" } } });
  const state = await shown();

  expect(state.total).toBeGreaterThan(0);
  expect(new Set(state.window.rows.map(({ api }) => api))).toEqual(new Set(["JoinGroup"]));
});

test("an exchange is copied as JSON with every field, and as hex", async () => {
  const { ask, panelId, shown } = await withPanel({ groupId: "billing" });
  const row = (await shown()).window.rows.find(({ api }) => api === "OffsetCommit");
  if (!row) throw new Error("nothing was committed");

  const json = await ask("panel.exchangeText", { panelId, exchangeId: row.exchangeId, what: "json" });
  const hex = await ask("panel.exchangeText", { panelId, exchangeId: row.exchangeId, what: "requestHex" });

  expect(JSON.parse(json ?? "")).toMatchObject({
    api: "OffsetCommit",
    request: { groupId: "billing", topics: [{ topicId: expect.stringMatching(/^[\w-]{22}$/) }] },
    response: { topics: [{ partitions: [{ errorCode: 0 }, { errorCode: 0 }, { errorCode: 0 }] }] },
  });
  expect(hex).toMatch(/^00000000 {2}00 08 /);
});

test("a request that waits while the playground's clock stands still does not wait longer", async () => {
  const { ask, clock, shown } = await withPanel({ groupId: "billing" });
  await ask("playground.addFault", { kind: "delayCommits", groupId: "billing", delayMs: 30_000 });
  await clock.advance(5_000);
  await ask("playground.clock.set", { mode: "paused" });
  const waiting = async () =>
    (await shown()).window.rows
      .filter(({ outcome }) => outcome.kind === "waiting")
      .map(({ tookMs }) => tookMs);
  const before = await waiting();

  await clock.advance(10_000);

  expect(before.length).toBeGreaterThan(0);
  expect(await waiting()).toEqual(before);
});

test("those of one consumer are shown by its client id", async () => {
  const { shown, title } = await withPanel({ clientId: "billing-worker-1" });

  const { filter, window } = await shown();

  expect(title).toBe("Requests: billing-worker-1");
  expect(filter.clientId).toBe("billing-worker-1");
  expect(new Set(window.rows.map(({ client }) => client))).toEqual(new Set(["billing-worker-1"]));
});

test("the row that is read stays where it is when rows come or go before it", async () => {
  const { shown, notify, clock } = await withPanel({ groupId: "billing" });
  const before = await shown();
  const index = before.window.fromIndex + 10;
  const id = before.window.rows[10]?.exchangeId ?? 0;
  notify({ name: "setFollow", body: { follow: false } });
  notify({
    name: "viewport",
    body: { fromIndex: index - 5, count: 30, anchor: { id, index } },
  });

  notify({ name: "setFilter", body: { filter: any } });
  const more = await shown();
  notify({ name: "setFilter", body: { filter: { ...any, api: "Fetch" } } });
  await clock.advance(5_000);
  const fewer = await shown();

  expect(more.window.fromIndex).toBeGreaterThan(index);
  expect(more.window.rows[5]?.exchangeId).toBe(id);
  expect(fewer.window.rows[5]?.exchangeId).toBeGreaterThanOrEqual(id);
  expect(fewer.window.rows[4]?.exchangeId).toBeLessThan(id);
});
