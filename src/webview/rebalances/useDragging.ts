import { useRef } from "preact/hooks";
import type { Viewport } from "./viewport.ts";

/** A press shorter than this many pixels is a click. */
const CLICK_PX = 4;

/** Pans the chart with the pressed pointer; gives the handler of `pointerdown`. */
export function useDragging(widthPx: number, viewport: Viewport): (event: PointerEvent) => void {
  const newest = useRef(viewport);
  newest.current = viewport;
  return (start) => {
    if (start.button !== 0) return;
    let lastX = start.clientX;
    let moved = false;
    const onMove = (event: PointerEvent) => {
      if (!moved && Math.abs(event.clientX - start.clientX) < CLICK_PX) return;
      moved = true;
      newest.current.pan((lastX - event.clientX) / Math.max(1, widthPx));
      lastX = event.clientX;
    };
    const onUp = () => {
      // The chart moves with the pointer, so a drag ends over the mark it began on, and would count as a click on it.
      if (moved) swallowClick();
      window.removeEventListener("pointermove", onMove);
      window.removeEventListener("pointerup", onUp);
      window.removeEventListener("pointercancel", onUp);
    };
    window.addEventListener("pointermove", onMove);
    window.addEventListener("pointerup", onUp);
    window.addEventListener("pointercancel", onUp);
  };
}

/** Keeps the click that a browser derives from the release that is just handled from everyone. */
function swallowClick(): void {
  const swallow = (event: MouseEvent) => event.stopPropagation();
  window.addEventListener("click", swallow, { capture: true, once: true });
  setTimeout(() => window.removeEventListener("click", swallow, { capture: true }));
}
