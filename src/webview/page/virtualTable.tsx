import type { ComponentChildren, RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { useFocusKept } from "./useFocusKept.ts";
import { useVirtualRows } from "./useVirtualRows.ts";

/** The height of every row, in pixels; the stylesheets give the cells the same. */
export const rowHeightPx = 24;

/** A long list of which the host sent a window. */
export interface VirtualTableProps<Row> {
  readonly container: RefObject<HTMLDivElement | null>;
  readonly className: string;
  readonly label: string;
  readonly columns: readonly string[];
  readonly total: number;
  readonly window: { readonly fromIndex: number; readonly rows: readonly Row[] };
  /** Identity of a row, which it keeps when rows before it come or go. */
  readonly keyOf: (row: Row) => string;
  readonly cells: (row: Row) => ComponentChildren;
  readonly isSelected: (row: Row) => boolean;
  readonly onSelect: (row: Row) => void;
  readonly onWindow: (fromIndex: number, count: number) => void;
  /** The keyboard went to a row. */
  readonly onMove?: (index: number) => void;
  /** The first row in sight of a page that comes back; else the list begins at its beginning. */
  readonly firstAtOpening?: number;
  /** Stands over the end of the list while rows are below it. */
  readonly below?: ((rows: number) => ComponentChildren) | undefined;
}

/** The row that the keyboard is on: by its key, or only by its place while it has not come yet. */
interface Active {
  readonly index: number;
  readonly key: string | undefined;
}

/** A list of which only the visible rows exist; arrow keys move in it, Enter selects. */
export function VirtualTable<Row>(props: VirtualTableProps<Row>) {
  const { container, columns, total, window: shown, keyOf, onSelect, onMove } = props;
  const rowHeight = rowHeightPx;
  const { firstVisible, rowsBelow, scrollToIndex } = useVirtualRows({
    container,
    rowHeight,
    total,
    firstAtOpening: props.firstAtOpening ?? 0,
    onWindow: props.onWindow,
  });
  const [chosen, setActive] = useState<Active>({ index: 0, key: undefined });
  const active = found(chosen, shown, keyOf);
  const isFocusWanted = useRef(false);
  useFocusKept(container);

  useLayoutEffect(() => {
    // Rows that came or went above took the active one along; one that was waited for is here now.
    if (active.index !== chosen.index || active.key !== chosen.key) setActive(active);
    const row = container.current?.querySelector<HTMLElement>(`[data-index="${active.index}"]`);
    if (!isFocusWanted.current || !row) return;
    isFocusWanted.current = false;
    row.focus();
  });

  const moveTo = (index: number) => {
    const next = Math.max(0, Math.min(total - 1, index));
    isFocusWanted.current = true;
    setActive({ index: next, key: undefined });
    scrollToIndex(next);
    onMove?.(next);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = stepOf(event.key, Math.floor((container.current?.clientHeight ?? 0) / rowHeight));
    if (step === undefined || total === 0) return;
    event.preventDefault();
    moveTo(active.index + step);
  };

  const last = shown.fromIndex + shown.rows.length - 1;
  const isActiveThere = active.index >= shown.fromIndex && active.index <= last;
  // Without a row that Tab leads to, a list scrolled away from its active row could not be entered.
  const tabStop = isActiveThere ? active.index : Math.min(last, Math.max(shown.fromIndex, firstVisible));
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys bubble here from the rows.
    <div class={props.className} ref={container} tabIndex={-1} onKeyDown={onKeyDown}>
      {/* biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: rows that are moved in and selected by keys are a grid's. */}
      <table role="grid" aria-rowcount={total + 1} aria-label={props.label}>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map((column) => (
              <th key={column} scope="col" class={columnClass(column)}>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <Filler rows={shown.fromIndex} columns={columns.length} />
          {shown.rows.map((row, position) => {
            const index = shown.fromIndex + position;
            const isSelected = props.isSelected(row);
            const select = () => {
              setActive({ index, key: keyOf(row) });
              onSelect(row);
            };
            return (
              <tr
                key={keyOf(row)}
                tabIndex={index === tabStop ? 0 : -1}
                data-index={index}
                aria-rowindex={index + 2}
                aria-selected={isSelected}
                class={isSelected ? "selected" : ""}
                onClick={select}
                onFocus={() => setActive({ index, key: keyOf(row) })}
                onKeyDown={(event) => {
                  if (event.key !== "Enter" && event.key !== " ") return;
                  event.preventDefault();
                  select();
                }}
              >
                {props.cells(row)}
              </tr>
            );
          })}
          <Filler rows={Math.max(0, total - last - 1)} columns={columns.length} />
        </tbody>
      </table>
      {props.below && rowsBelow > 0 && <div class="below">{props.below(rowsBelow)}</div>}
    </div>
  );
}

/** A column's cells have the class of its head, by which a stylesheet drops it where there is no room. */
function columnClass(column: string): string {
  return `column${column}`;
}

/** Where the active row is now. */
function found<Row>(
  active: Active,
  { fromIndex, rows }: VirtualTableProps<Row>["window"],
  keyOf: (row: Row) => string,
): Active {
  const there = rows[active.index - fromIndex];
  if (active.key === undefined) return there ? { index: active.index, key: keyOf(there) } : active;
  if (there && keyOf(there) === active.key) return active;
  const position = rows.findIndex((row) => keyOf(row) === active.key);
  return position < 0 ? active : { index: fromIndex + position, key: active.key };
}

/** How far a key moves in the list, in rows. */
function stepOf(key: string, pageRows: number): number | undefined {
  switch (key) {
    case "ArrowUp":
      return -1;
    case "ArrowDown":
      return 1;
    case "PageUp":
      return -Math.max(1, pageRows - 1);
    case "PageDown":
      return Math.max(1, pageRows - 1);
    case "Home":
      return Number.NEGATIVE_INFINITY;
    case "End":
      return Number.POSITIVE_INFINITY;
    default:
      return undefined;
  }
}

/** Keeps the scroll bar true to the rows that are not there. */
function Filler({ rows, columns }: { readonly rows: number; readonly columns: number }) {
  if (rows === 0) return null;
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: nothing in it takes the focus.
    <tr aria-hidden="true">
      <td colSpan={columns} style={{ height: `${rows * rowHeightPx}px`, padding: 0 }} />
    </tr>
  );
}
