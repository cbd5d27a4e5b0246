/** A row of a list that must keep its place on the screen: its id, and which place of the list it had. */
export type Anchor = { readonly id: number; readonly index: number };

/**
 * Where an anchor is in a window of the list, whose ids grow from row to row; when it was let go, the row after it.
 * Null while the window does not reach there.
 */
export function anchorIn<Row>(
  { fromIndex, rows }: { readonly fromIndex: number; readonly rows: readonly Row[] },
  idOf: (row: Row) => number,
  { id }: Anchor,
): Anchor | null {
  const position = rows.findIndex((row) => idOf(row) >= id);
  const row = rows[position];
  if (row === undefined) return null;
  const isBefore = position === 0 && fromIndex > 0 && idOf(row) > id;
  return isBefore ? null : { id: idOf(row), index: fromIndex + position };
}
