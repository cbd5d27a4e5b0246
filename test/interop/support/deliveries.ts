/** What a reader of a group did, in order; a partition as `orders-3`. */
export type DeliveryEvent =
  | { readonly type: "record"; readonly partition: string; readonly offset: bigint }
  /** It asked the group to go on from these offsets, and was told that it will, or not. */
  | { readonly type: "commit"; readonly isDone: boolean; readonly offsets: ReadonlyMap<string, bigint> };

/** What is wrong with what all readers of a group were delivered, as `orders-3@17`. */
export interface DeliveryFaults {
  /** In the log, and delivered to nobody. */
  readonly missing: readonly string[];
  /** Delivered, and not in the log. */
  readonly unknown: readonly string[];
  /** Delivered again although no commit of them had failed. */
  readonly duplicates: readonly string[];
}

/**
 * Everything that was delivered beside what there is: every offset below `ends`, once. A record may come again when who
 * read it was not able to commit it.
 */
export function deliveryFaults(
  readers: readonly (readonly DeliveryEvent[])[],
  ends: ReadonlyMap<string, bigint>,
): DeliveryFaults {
  const uncommitted = new Set(readers.flatMap(uncommittedOf));
  const delivered = readers.flat().filter((event) => event.type === "record");
  const byPlace = Map.groupBy(delivered, placeOf);
  const isUnknown = ({ partition, offset }: Delivered) => offset >= (ends.get(partition) ?? 0n);
  return {
    missing: [...ends].flatMap(placesBelow).filter((place) => !byPlace.has(place)),
    unknown: delivered.filter(isUnknown).map(placeOf),
    duplicates: [...byPlace].flatMap(([place, all]) =>
      all.length > 1 && !uncommitted.has(place) ? [place] : [],
    ),
  };
}

type Delivered = Extract<DeliveryEvent, { readonly type: "record" }>;

/** What a reader was delivered and told that it could not commit. */
function uncommittedOf(events: readonly DeliveryEvent[]): readonly string[] {
  let open: Delivered[] = [];
  return events.flatMap((event) => {
    if (event.type === "record") {
      open.push(event);
      return [];
    }
    const isMeant = ({ partition, offset }: Delivered) => offset < (event.offsets.get(partition) ?? 0n);
    if (!event.isDone) return open.filter(isMeant).map(placeOf);
    open = open.filter((each) => !isMeant(each));
    return [];
  });
}

function placesBelow([partition, end]: readonly [string, bigint]): readonly string[] {
  return Array.from({ length: Number(end) }, (_, offset) => `${partition}@${offset}`);
}

function placeOf({ partition, offset }: Delivered): string {
  return `${partition}@${offset}`;
}
