/** Which rows of a list a page shows. */
export interface ListViewport {
  readonly fromIndex: number;
  readonly count: number;
}

/** What is sent before the page said how much of the list it shows. */
export const firstViewport: ListViewport = { fromIndex: 0, count: 100 };

/** More rows than any screen has, fewer than would make a message large. */
const maxRows = 500;

/** The rows that are visible; while following, the newest. */
export function listWindow(
  total: number,
  { viewport, following }: { readonly viewport: ListViewport; readonly following: boolean },
): ListViewport {
  const count = Math.min(maxRows, Math.max(1, Math.ceil(viewport.count)));
  const last = Math.max(0, total - count);
  const fromIndex = following ? last : Math.min(Math.max(0, Math.floor(viewport.fromIndex)), last);
  return { fromIndex, count };
}
