import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

/**
 * Keeps the focus within `container` when the focused part of it is no longer drawn: a browser would let it fall to the
 * page's body, where no key reaches the container any more. The container needs a tabindex.
 */
export function useFocusKept(container: RefObject<HTMLElement | null>): void {
  const isInside = useRef(false);
  useEffect(() => {
    const watched = container.current;
    if (!watched) return;
    const onFocusIn = () => {
      isInside.current = true;
    };
    const onFocusOut = ({ target }: FocusEvent) => {
      queueMicrotask(() => {
        // A part that was removed did not give the focus away.
        const isGone = target instanceof Node && !target.isConnected;
        if (!isGone && !watched.contains(document.activeElement)) isInside.current = false;
      });
    };
    watched.addEventListener("focusin", onFocusIn);
    watched.addEventListener("focusout", onFocusOut);
    return () => {
      watched.removeEventListener("focusin", onFocusIn);
      watched.removeEventListener("focusout", onFocusOut);
    };
  }, [container]);
  useLayoutEffect(() => {
    if (isInside.current && document.activeElement === document.body) {
      container.current?.focus({ preventScroll: true });
    }
  });
}
