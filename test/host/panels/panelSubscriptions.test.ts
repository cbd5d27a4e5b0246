import { expect, test } from "vitest";
import type { PanelPresenter } from "#host/panels/panelPresenter.ts";
import { PanelSubscriptions } from "#host/panels/panelSubscriptions.ts";
import { Defects } from "#host/views/defects.ts";
import type { RecordsState } from "#webview/records/contract.ts";

const everything = { onlyUrgent: false, withTrees: true };

/** A panel whose state is another one each time it is asked for, as if its clock ran. */
function watched(presenter: { isPast: boolean; goesWithTrees?: boolean }) {
  let asked = 0;
  const sent: string[] = [];
  const logged: string[] = [];
  const disposed: string[] = [];
  const panels = new PanelSubscriptions(
    (_id, { title }) => sent.push(title),
    new Defects((message) => logged.push(message)),
  );
  const state = () => ({ title: `state ${++asked}` }) as RecordsState;
  const whole: PanelPresenter = {
    title: "panel",
    get isPast() {
      return presenter.isPast;
    },
    goesWithTrees: presenter.goesWithTrees ?? false,
    state,
    notified: () => undefined,
    dispose: () => void disposed.push("panel"),
  };
  const { panelId } = panels.open(whole);
  panels.setVisible(panelId, true);
  return { panels, panelId, sent, logged, disposed };
}

test("a panel that shows the present is sent whenever it looks different", () => {
  const { panels, sent } = watched({ isPast: false });

  panels.present(everything);
  panels.present(everything);

  expect(sent).toEqual(["state 1", "state 2"]);
});

test("a panel that shows the past is made and sent only after the user did something in it", () => {
  const { panels, panelId, sent } = watched({ isPast: true });

  panels.present(everything);
  panels.present(everything);
  panels.notified(panelId, { panel: "records", notified: { name: "select", body: { recordId: 1 } } });
  panels.present(everything);
  panels.present(everything);

  expect(sent).toEqual(["state 1", "state 2"]);
});

test("a panel whose trace was closed is sent again", () => {
  const subject = { isPast: true };
  const { panels, sent } = watched(subject);
  panels.present(everything);

  subject.isPast = false;
  panels.present(everything);

  expect(sent).toEqual(["state 1", "state 2"]);
});

test("a panel that was hidden gets its state again, of the past as well", () => {
  const { panels, panelId, sent } = watched({ isPast: true });
  panels.present(everything);

  panels.setVisible(panelId, false);
  panels.setVisible(panelId, true);
  panels.present(everything);

  expect(sent).toEqual(["state 1", "state 2"]);
});

test("a panel whose numbers stand in a tree too waits for the trees, but not when the user did something", () => {
  const { panels, panelId, sent } = watched({ isPast: false, goesWithTrees: true });
  panels.present(everything);

  panels.present({ onlyUrgent: false, withTrees: false });
  panels.present(everything);
  panels.notified(panelId, { panel: "records", notified: { name: "select", body: { recordId: 1 } } });
  panels.present({ onlyUrgent: true, withTrees: false });

  expect(sent).toEqual(["state 1", "state 2", "state 3"]);
});

test("a panel that cannot be drawn is logged once, and the others go on", () => {
  const { panels, sent, logged } = watched({ isPast: false });
  const broken: PanelPresenter = {
    title: "broken",
    isPast: false,
    state: () => {
      throw new RangeError("Invalid time value");
    },
    notified: () => undefined,
  };
  panels.setVisible(panels.open(broken).panelId, true);

  panels.present(everything);
  panels.present(everything);

  expect(sent).toEqual(["state 1", "state 2"]);
  expect(logged).toHaveLength(1);
  expect(logged[0]).toContain("broken cannot be shown: RangeError: Invalid time value");
});

test("a panel that is closed gives up what it was getting ready", () => {
  const { panels, panelId, disposed } = watched({ isPast: false });

  panels.close(panelId);
  panels.close(panelId);

  expect(disposed).toEqual(["panel"]);
});
