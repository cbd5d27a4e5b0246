import { useEffect, useRef } from "preact/hooks";
import { rowHeightPx } from "./virtualTable.tsx";

/**
 * Whoever scrolls up, by wheel, scroll bar or touch, wants to read there. While following, we ourselves scroll only down,
 * and a list that became shorter is at its end.
 */
export function useScrolledUp(
  container: { readonly current: HTMLElement | null },
  following: boolean,
  onScrolledUp: () => void,
): void {
  const newest = useRef(onScrolledUp);
  newest.current = onScrolledUp;
  useEffect(() => {
    const scrolled = container.current;
    if (!scrolled || !following) return;
    let lastTop = scrolled.scrollTop;
    const onScroll = () => {
      const { scrollTop, scrollHeight, clientHeight } = scrolled;
      const isAtEnd = scrollTop + clientHeight >= scrollHeight - rowHeightPx;
      if (scrollTop < lastTop && !isAtEnd) newest.current();
      lastTop = scrollTop;
    };
    scrolled.addEventListener("scroll", onScroll, { passive: true });
    return () => scrolled.removeEventListener("scroll", onScroll);
  }, [container, following]);
}
