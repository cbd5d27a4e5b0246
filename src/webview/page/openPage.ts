import type { Contract, EventHandlers, HostMessage, PageMessage } from "../contract.ts";

/** A page's end of its panel: tells the host what the user did. */
export interface Page<C extends Contract> {
  notify<N extends keyof C["notifications"] & string>(name: N, body: C["notifications"][N]): void;
}

declare function acquireVsCodeApi(): { postMessage(message: unknown): void };

/**
 * Connects the page with its host and says `ready`; from then on `render` gets every snapshot, at most one per frame.
 * To be called once: VS Code hands its API out a single time.
 */
export function openPage<C extends Contract>(options: {
  readonly render: (state: C["state"], page: Page<C>) => void;
  readonly events: EventHandlers<C>;
}): void {
  const host = acquireVsCodeApi();
  const post = (message: PageMessage<C>) => host.postMessage(message);
  const page: Page<C> = {
    notify: (name, body) => post({ type: "notification", name, body } as PageMessage<C>),
  };
  let newest: C["state"] | undefined;
  let drawing = false;
  const draw = () => {
    drawing = false;
    if (newest) options.render(newest, page);
  };
  window.addEventListener("message", ({ data }: MessageEvent<HostMessage<C>>) => {
    if (data.type === "event") {
      options.events[data.name](data.body);
      return;
    }
    newest = data.state;
    // Snapshots that come faster than frames would be drawn for nobody.
    if (!drawing) {
      drawing = true;
      requestAnimationFrame(draw);
    }
  });
  post({ type: "ready" });
}
