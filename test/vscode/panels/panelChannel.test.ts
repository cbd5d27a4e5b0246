import { expect, test } from "vitest";
import { Emitter } from "#base/events.ts";
import { PanelChannel } from "#vscode/panels/panelChannel.ts";
import type { Contract } from "#webview/contract.ts";

interface Sample extends Contract {
  readonly state: { readonly title: string };
  readonly notifications: { readonly select: { readonly id: number } };
  readonly events: { readonly focus: { readonly on: string } };
}

function fakePanel() {
  const posted: unknown[] = [];
  const received = new Emitter<unknown>();
  const selected: number[] = [];
  const channel = new PanelChannel<Sample>(
    { onDidReceiveMessage: received.event, postMessage: (message) => posted.push(message) },
    { select: ({ id }) => selected.push(id) },
  );
  return { channel, posted, selected, receive: (message: unknown) => received.fire(message) };
}

test("a page that becomes ready late is sent only the newest state", () => {
  const { channel, posted, receive } = fakePanel();
  channel.show({ title: "a" });
  channel.show({ title: "b" });

  receive({ type: "ready" });

  expect(posted).toEqual([{ type: "state", state: { title: "b" } }]);
});

test("a page that comes back is sent the newest state again", () => {
  const { channel, posted, receive } = fakePanel();
  receive({ type: "ready" });
  channel.show({ title: "a" });

  receive({ type: "ready" });

  expect(posted).toEqual([
    { type: "state", state: { title: "a" } },
    { type: "state", state: { title: "a" } },
  ]);
});

test("what happens once is not kept for a page that is not there", () => {
  const { channel, posted, receive } = fakePanel();
  channel.send("focus", { on: "chart" });

  receive({ type: "ready" });
  channel.send("focus", { on: "table" });

  expect(posted).toEqual([{ type: "event", name: "focus", body: { on: "table" } }]);
});

test("notifications reach their handler; unknown ones are ignored", () => {
  const { selected, receive } = fakePanel();

  receive({ type: "notification", name: "select", body: { id: 4 } });
  receive({ type: "notification", name: "explode", body: {} });

  expect(selected).toEqual([4]);
});
