import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { type Anchor, anchorIn } from "./anchor.ts";
import { rowHeightPx } from "./virtualTable.tsx";

/** Keys, wheel and fingers scroll for at least so long after they were last felt. */
const handMs = 700;

/** The list, and whom to tell what becomes of it. */
export interface ListPlaceOptions<Row> {
  readonly container: { readonly current: HTMLElement | null };
  readonly total: number;
  readonly window: { readonly fromIndex: number; readonly rows: readonly Row[] };
  /** Grows from row to row. */
  readonly idOf: (row: Row) => number;
  readonly following: boolean;
  /** Of the row that is opened: while it is in sight, it is the one that is looked at. */
  readonly selectedId: number | undefined;
  /** Whoever scrolls up, by wheel, scroll bar or touch, wants to read there. */
  readonly onScrolledUp: () => void;
  /** Tells the host which rows are visible, and which of them must keep its place. */
  readonly onViewport: (viewport: {
    readonly fromIndex: number;
    readonly count: number;
    readonly anchor: Anchor | null;
  }) => void;
}

/**
 * Keeps a list that grows at its end, and gains and loses rows at its beginning, where its reader is: at the newest
 * row, or else at the row they look at. Gives the table's `onWindow`.
 */
export function useListPlace<Row>(
  options: ListPlaceOptions<Row>,
): (fromIndex: number, count: number) => void {
  const { container, total, window: shown, idOf, following } = options;
  const newest = useRef(options);
  newest.current = options;
  const anchor = useRef<Anchor | null>(null);
  /** How far the anchor's own beginning is above what is in sight, in pixels; below zero within it. */
  const pastTop = useRef(0);
  const visible = useRef<{ readonly fromIndex: number; readonly count: number } | undefined>(undefined);
  const toldId = useRef<number | undefined>(undefined);
  const tell = () => {
    if (!visible.current) return;
    toldId.current = anchor.current?.id;
    newest.current.onViewport({ ...visible.current, anchor: anchor.current });
  };
  /** Rows that come between the one the host knows of and the one in sight would move what is read. */
  const tellAnchor = () => {
    if (anchor.current?.id !== toldId.current) tell();
  };

  const look = (scrolled: HTMLElement) => {
    const found = rowLookedAt(scrolled, newest.current);
    pastTop.current = scrolled.scrollTop - (found?.index ?? 0) * rowHeightPx;
    return found;
  };

  // With the rows, before anything is painted or scrolled: nobody sees the list elsewhere, and no event tells of it.
  useLayoutEffect(() => {
    const scrolled = container.current;
    if (!scrolled) return;
    if (following) {
      scrolled.scrollTop = total * rowHeightPx;
      return;
    }
    const before = anchor.current;
    const now = before && anchorIn(shown, idOf, before);
    if (before && !now) return;
    // Not by a difference: a list that became shorter has been scrolled up by itself.
    if (before && now && now.index !== before.index)
      scrolled.scrollTop = now.index * rowHeightPx + pastTop.current;
    anchor.current = now ?? look(scrolled);
    tellAnchor();
  });

  useEffect(() => {
    const scrolled = container.current;
    if (!scrolled) return;
    let handAt = Number.NEGATIVE_INFINITY;
    let isHeld = false;
    let lastTop = scrolled.scrollTop;
    const felt = () => {
      handAt = performance.now();
    };
    const onScroll = () => {
      const { scrollTop, scrollHeight, clientHeight } = scrolled;
      const { following: stays, onScrolledUp } = newest.current;
      const isAtEnd = scrollTop + clientHeight >= scrollHeight - rowHeightPx;
      // A list that became shorter, or a pane that opened, scrolls up as well; only a hand means it.
      const isByHand = isHeld || performance.now() - handAt < handMs;
      if (stays && isByHand && scrollTop < lastTop && !isAtEnd) onScrolledUp();
      lastTop = scrollTop;
      anchor.current = look(scrolled);
      if (!stays) tellAnchor();
    };
    const onDown = () => {
      isHeld = true;
    };
    const onMove = ({ buttons }: PointerEvent) => {
      if (isHeld && buttons === 0) isHeld = false;
    };
    const quiet = { passive: true } as const;
    scrolled.addEventListener("scroll", onScroll, quiet);
    for (const event of ["wheel", "touchmove", "keydown"] as const)
      scrolled.addEventListener(event, felt, quiet);
    scrolled.addEventListener("pointerdown", onDown, quiet);
    // A scroll bar says nothing when it is let go.
    globalThis.addEventListener("pointermove", onMove, quiet);
    return () => {
      scrolled.removeEventListener("scroll", onScroll);
      for (const event of ["wheel", "touchmove", "keydown"] as const)
        scrolled.removeEventListener(event, felt);
      scrolled.removeEventListener("pointerdown", onDown);
      globalThis.removeEventListener("pointermove", onMove);
    };
  }, [container]);

  useEffect(() => {
    const scrolled = container.current;
    if (!scrolled || options.selectedId === undefined) return;
    anchor.current = look(scrolled);
    tellAnchor();
  }, [options.selectedId]);

  return (fromIndex, count) => {
    visible.current = { fromIndex, count };
    tell();
  };
}

/** The opened row, else the first one in sight, when it has come. */
function rowLookedAt<Row>(
  { scrollTop, clientHeight }: HTMLElement,
  { window: { fromIndex, rows }, idOf, selectedId }: ListPlaceOptions<Row>,
): Anchor | null {
  const first = Math.floor(scrollTop / rowHeightPx);
  const position = rows.findIndex((row) => idOf(row) === selectedId);
  const opened = fromIndex + position;
  const isInSight =
    position >= 0 && opened >= first && (opened + 2) * rowHeightPx <= scrollTop + clientHeight;
  const index = isInSight ? opened : first;
  const row = rows[index - fromIndex];
  return row === undefined ? null : { id: idOf(row), index };
}
