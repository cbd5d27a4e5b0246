import { ChannelError } from "../channel/channelError.ts";
import type { PanelNotification, PanelState } from "../channel/panelRequests.ts";
import type { Defects } from "../views/defects.ts";
import type { PanelPresenter } from "./panelPresenter.ts";

interface OpenPanel {
  readonly presenter: PanelPresenter;
  visible: boolean;
  /** JSON of what was sent last. */
  text: string;
  /** The user did something: the answer must not wait for the next round. */
  urgent: boolean;
}

/** A window has a handful of panels; more than this is a defect of whoever opens them. */
const maxPanels = 50;

/** The open panels of the window: presents those that are visible, and sends what differs from what was sent. */
export class PanelSubscriptions {
  readonly #panels = new Map<string, OpenPanel>();
  readonly #send: (panelId: string, state: PanelState) => void;
  readonly #defects: Defects;
  #nextId = 1;

  constructor(send: (panelId: string, state: PanelState) => void, defects: Defects) {
    this.#send = send;
    this.#defects = defects;
  }

  get isWatched(): boolean {
    return [...this.#panels.values()].some(({ visible }) => visible);
  }

  open(presenter: PanelPresenter): { readonly panelId: string; readonly title: string } {
    if (this.#panels.size >= maxPanels)
      throw new ChannelError("REFUSED", "Too many panels are open. Close some.");
    const panelId = `panel-${this.#nextId++}`;
    const panel: OpenPanel = { presenter, visible: false, text: "", urgent: true };
    this.#panels.set(panelId, panel);
    presenter.onNews?.(() => {
      panel.urgent = true;
    });
    return { panelId, title: presenter.title };
  }

  close(panelId: string): void {
    this.#panels.get(panelId)?.presenter.dispose?.();
    this.#panels.delete(panelId);
  }

  setVisible(panelId: string, visible: boolean): void {
    const panel = this.#panels.get(panelId);
    if (!panel) return;
    panel.visible = visible;
    // Whoever becomes visible may have missed what was sent before it listened.
    panel.text = "";
    panel.urgent = true;
  }

  notified(panelId: string, notification: PanelNotification): void {
    const panel = this.#panels.get(panelId);
    if (!panel) return;
    panel.presenter.notified(notification);
    panel.urgent = true;
  }

  presenter(panelId: string): PanelPresenter {
    const panel = this.#panels.get(panelId);
    if (!panel) throw new ChannelError("NOT_FOUND", "That panel is closed.");
    return panel.presenter;
  }

  /**
   * Presents what is visible; `onlyUrgent` those panels only in which the user did something. The same goes for panels
   * that show the past: making and comparing their state each round would find nothing new. Panels that go with the
   * trees wait for the round in which these are presented: two numbers for one thing would raise doubts about both.
   */
  present(options: { readonly onlyUrgent: boolean; readonly withTrees: boolean }): void {
    for (const [panelId, panel] of this.#panels) {
      const { isPast, goesWithTrees = false } = panel.presenter;
      const isStill = options.onlyUrgent || isPast || (goesWithTrees && !options.withTrees);
      if (!panel.visible || (isStill && !panel.urgent)) continue;
      panel.urgent = false;
      // What fails keeps the page as it was; the other panels go on.
      this.#defects.guard(panel.presenter.title, () => this.#presentOne(panelId, panel));
    }
  }

  #presentOne(panelId: string, panel: OpenPanel): void {
    const state = panel.presenter.state();
    const text = JSON.stringify(state);
    if (text === panel.text) return;
    panel.text = text;
    this.#send(panelId, state);
  }
}
