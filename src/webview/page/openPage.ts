import type { Contract, EventHandlers, HostMessage, PageMessage } from "../contract.ts";
import { reuse } from "./reuse.ts";

/** A page's end of its panel: tells the host what the user did. */
export interface Page<C extends Contract> {
  notify<N extends keyof C["notifications"] & string>(name: N, body: C["notifications"][N]): void;
}

declare function acquireVsCodeApi(): { postMessage(message: unknown): void };

/** Half of the time is left to the user's hand, however much there is to draw. */
const longestRestMs = 1_000;

/**
 * Connects the page with its host and says `ready`; from then on `render` gets the newest snapshot, at most one per
 * frame. Parts that did not change are the same objects as in the snapshot before.
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
  let restUntilMs = 0;
  const draw = () => {
    const startedMs = performance.now();
    drawing = false;
    if (newest) options.render(newest, page);
    // In a task of its own the frame is painted, which costs more than making it.
    setTimeout(() => {
      const endedMs = performance.now();
      restUntilMs = endedMs + Math.min(longestRestMs, endedMs - startedMs);
    });
  };
  const drawSoon = () => {
    drawing = true;
    const restMs = restUntilMs - performance.now();
    if (restMs > 0) setTimeout(() => requestAnimationFrame(draw), restMs);
    // Snapshots that come faster than frames would be drawn for nobody.
    else requestAnimationFrame(draw);
  };
  window.addEventListener("message", ({ data }: MessageEvent<HostMessage<C>>) => {
    if (data.type === "event") {
      options.events[data.name](data.body);
      return;
    }
    newest = reuse(newest, data.state);
    if (!drawing) drawSoon();
  });
  post({ type: "ready" });
}
