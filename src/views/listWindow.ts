/** Which rows of a list a page shows. */
export interface ListViewport {
  readonly fromIndex: number;
  readonly count: number;
  /** A row that must keep its place on the page, with the place it had there in the list. */
  readonly anchor?: { readonly id: number; readonly index: number } | null | undefined;
}

/** What is sent before the page said how much of the list it shows. */
export const firstViewport: ListViewport = { fromIndex: 0, count: 100 };

/** More rows than any screen has, fewer than would make a message large. */
const maxRows = 500;

/**
 * The rows that are visible; while following, the newest. A list may have lost or gained rows at its beginning since the
 * page told: `indexOf` finds where a row with that id, or the one after it, is now.
 */
export function listWindow(
  total: number,
  {
    viewport,
    following,
    indexOf,
  }: {
    readonly viewport: ListViewport;
    readonly following: boolean;
    readonly indexOf: (id: number) => number;
  },
): { readonly fromIndex: number; readonly count: number } {
  const { anchor } = viewport;
  const count = Math.min(maxRows, Math.max(1, Math.ceil(viewport.count)));
  const last = Math.max(0, total - count);
  if (following) return { fromIndex: last, count };
  const moved = anchor ? indexOf(anchor.id) - anchor.index : 0;
  return { fromIndex: Math.min(Math.max(0, Math.floor(viewport.fromIndex) + moved), last), count };
}
