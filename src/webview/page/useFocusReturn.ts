import { useLayoutEffect, useRef } from "preact/hooks";

/** Gives the focus to what `back` finds when something that had it closes; where the focus is elsewhere it stays. */
export function useFocusReturn(isOpen: boolean, back: () => HTMLElement | SVGElement | null): void {
  const wasOpen = useRef(isOpen);
  useLayoutEffect(() => {
    if (wasOpen.current && !isOpen && document.activeElement === document.body) back()?.focus();
    wasOpen.current = isOpen;
  }, [isOpen, back]);
}
