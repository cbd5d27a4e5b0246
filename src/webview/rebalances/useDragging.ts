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
      window.removeEventListener("pointermove", onMove);
      window.removeEventListener("pointerup", onUp);
      window.removeEventListener("pointercancel", onUp);
    };
    window.addEventListener("pointermove", onMove);
    window.addEventListener("pointerup", onUp);
    window.addEventListener("pointercancel", onUp);
  };
}
