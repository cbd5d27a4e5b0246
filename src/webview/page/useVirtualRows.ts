import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import { useSize } from "./useSize.ts";

/** Where a long list is scrolled to, in rows, and how to scroll it. */
export interface VirtualRows {
  readonly firstVisible: number;
  /** How many there are below what is visible. */
  readonly rowsBelow: number;
  readonly scrollToIndex: (index: number) => void;
}

/** Rows that are asked for beyond what is visible, on either side. */
export const marginRows = 20;

/** Follows the scrolling of `container`, and tells `onWindow` which rows are visible, with a margin, when others are. */
export function useVirtualRows(options: {
  readonly container: RefObject<HTMLElement | null>;
  readonly rowHeight: number;
  readonly total: number;
  /** Where a page that comes back stood. */
  readonly firstAtOpening: number;
  readonly onWindow: (fromIndex: number, count: number) => void;
}): VirtualRows {
  const { container, rowHeight, total, onWindow } = options;
  const { height } = useSize(container);
  const [firstVisible, setFirstVisible] = useState(options.firstAtOpening);
  useLayoutEffect(() => {
    if (container.current) container.current.scrollTop = options.firstAtOpening * rowHeight;
  }, []);

  useEffect(() => {
    const scrolled = container.current;
    if (!scrolled) return;
    const follow = () => setFirstVisible(Math.floor(scrolled.scrollTop / rowHeight));
    scrolled.addEventListener("scroll", follow, { passive: true });
    return () => scrolled.removeEventListener("scroll", follow);
  }, [container, rowHeight]);

  const fromIndex = Math.max(0, Math.min(firstVisible, total) - marginRows);
  const count = Math.ceil(height / rowHeight) + 2 * marginRows;
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
  // The head of the table takes a row of the height.
  const rowsBelow = Math.max(0, total - firstVisible - Math.floor(height / rowHeight) + 1);
  return { firstVisible, rowsBelow, scrollToIndex };
}
