import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { NewerBelow } from "./newerBelow.tsx";
import { type ListPlaceOptions, useListPlace } from "./useListPlace.ts";
import { useSelectedInSight } from "./useSelectedInSight.ts";
import { marginRows } from "./useVirtualRows.ts";
import { VirtualTable } from "./virtualTable.tsx";

interface GrowingListProps<Row>
  extends Pick<
    ListPlaceOptions<Row>,
    "total" | "window" | "idOf" | "following" | "selectedId" | "onViewport"
  > {
  readonly className: string;
  readonly label: string;
  readonly columns: readonly string[];
  /** A row, in one word. */
  readonly what: string;
  readonly cells: (row: Row) => ComponentChildren;
  readonly onSelect: (row: Row) => void;
  /** Stays at the newest row, or no longer. */
  readonly onFollow: (follow: boolean) => void;
}

/** What comes one after the other, oldest first, of which the host sent a window: stays where it is read, or at the newest. */
export function GrowingList<Row>(props: GrowingListProps<Row>) {
  const { total, window, idOf, following, selectedId, onFollow } = props;
  const container = useRef<HTMLDivElement>(null);
  useSelectedInSight(container, selectedId);
  const { fromIndex } = window;
  const firstAtOpening = useRef(following || fromIndex === 0 ? 0 : fromIndex + marginRows).current;
  const onWindow = useListPlace<Row>({
    container,
    total,
    window,
    idOf,
    following,
    selectedId,
    onScrolledUp: () => onFollow(false),
    onViewport: props.onViewport,
  });

  return (
    <VirtualTable<Row>
      container={container}
      className={`list ${props.className}`}
      label={props.label}
      columns={props.columns}
      total={total}
      window={window}
      keyOf={(row) => String(idOf(row))}
      cells={props.cells}
      isSelected={(row) => idOf(row) === selectedId}
      onSelect={props.onSelect}
      onWindow={onWindow}
      firstAtOpening={firstAtOpening}
      below={
        following
          ? undefined
          : (rows) => <NewerBelow rows={rows} what={props.what} onFollow={() => onFollow(true)} />
      }
      onMove={(index) => {
        if (following && index < total - 1) onFollow(false);
      }}
    />
  );
}
