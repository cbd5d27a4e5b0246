import type { Disposable } from "#base/lifecycle.ts";
import { familyOf } from "./rowFamily.ts";
import type { TreeRow } from "./treeRows.ts";

/** A redraw takes the tooltip of the row away, which appears half a second after the pointer came to rest. */
const beatMs = 2_000;
/** How long a tooltip may be read before its row is drawn again under it. */
const readingMs = 4_000;

/** Gathers rows of which only numbers changed and draws them together, except those around the one whose tooltip is read. */
export class LaterRedraws implements Disposable {
  readonly #draw: (rows: readonly TreeRow[]) => void;
  readonly #rows = new Set<TreeRow>();
  /** Families of which a part was just shown as it is now. */
  readonly #fresh = new WeakSet<TreeRow>();
  #timer: NodeJS.Timeout | undefined;
  #read: { readonly row: TreeRow; readonly until: number } | undefined;

  constructor(draw: (rows: readonly TreeRow[]) => void) {
    this.#draw = draw;
  }

  add(rows: readonly TreeRow[]): void {
    for (const row of rows) this.#rows.add(row);
    if (this.#rows.size > 0) this.#timer ??= setTimeout(() => this.#beat(), beatMs);
  }

  /** What waits beside rows that are drawn now: it is drawn with them. */
  takeWith(rows: readonly TreeRow[]): readonly TreeRow[] {
    const families = new Set(rows.map(familyOf));
    const due = [...this.#rows].filter((row) => families.has(familyOf(row)));
    for (const row of due) this.#rows.delete(row);
    return due;
  }

  /** What lies in the row was just shown as it is now: its family is not to stay behind for a beat. */
  shownBelow(row: TreeRow): void {
    this.#fresh.add(familyOf(row));
  }

  /** What waits in families of which a part was just shown: it is drawn now. */
  takeFresh(): readonly TreeRow[] {
    const due = [...this.#rows].filter((row) => this.#fresh.has(familyOf(row)));
    for (const row of due) this.#rows.delete(row);
    for (const row of due) this.#fresh.delete(familyOf(row));
    return due;
  }

  /** The tooltip of the row was asked for: the pointer rests on it. */
  reading(row: TreeRow): void {
    this.#read = { row, until: Date.now() + readingMs };
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#rows.clear();
  }

  #beat(): void {
    this.#timer = undefined;
    const read = this.#read && Date.now() < this.#read.until ? this.#read.row : undefined;
    const due = [...this.#rows].filter((row) => !isOrHolds(row, read) && !isBeside(row, read));
    for (const row of due) this.#rows.delete(row);
    this.add([]);
    if (due.length > 0) this.#draw(due);
  }
}

/** VS Code draws all below a row again with it. */
function isOrHolds(row: TreeRow, inner: TreeRow | undefined): boolean {
  for (let each = inner; each; each = each.parent) if (each === row) return true;
  return false;
}

function isBeside(row: TreeRow, read: TreeRow | undefined): boolean {
  return read !== undefined && familyOf(row) === familyOf(read);
}
