import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useSize } from "./useSize.ts";

/** Where a long list is scrolled to, in rows, and how to scroll it. */
export interface VirtualRows {
  readonly firstVisible: number;
  readonly scrollToIndex: (index: number) => void;
}

const MARGIN_ROWS = 20;

/** Follows the scrolling of `container`, and tells `onWindow` which rows are visible, with a margin, when others are. */
export function useVirtualRows(options: {
  readonly container: RefObject<HTMLElement | null>;
  readonly rowHeight: number;
  readonly total: number;
  readonly onWindow: (fromIndex: number, count: number) => void;
}): VirtualRows {
  const { container, rowHeight, total, onWindow } = options;
  const { height } = useSize(container);
  const [firstVisible, setFirstVisible] = useState(0);

  useEffect(() => {
    const scrolled = container.current;
    if (!scrolled) return;
    const follow = () => setFirstVisible(Math.floor(scrolled.scrollTop / rowHeight));
    scrolled.addEventListener("scroll", follow, { passive: true });
    return () => scrolled.removeEventListener("scroll", follow);
  }, [container, rowHeight]);

  const fromIndex = Math.max(0, Math.min(firstVisible, total) - MARGIN_ROWS);
  const count = Math.ceil(height / rowHeight) + 2 * MARGIN_ROWS;
  useEffect(() => onWindow(fromIndex, count), [fromIndex, count]);

  const scrollToIndex = (index: number) => {
    const scrolled = container.current;
    if (!scrolled) return;
    const top = index * rowHeight;
    if (top < scrolled.scrollTop) scrolled.scrollTop = top;
    else if (top + rowHeight > scrolled.scrollTop + scrolled.clientHeight) {
      scrolled.scrollTop = top + rowHeight - scrolled.clientHeight;
    }
  };
  return { firstVisible, scrollToIndex };
}
