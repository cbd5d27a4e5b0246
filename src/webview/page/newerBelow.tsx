import { Icon } from "./icon.tsx";

/** A list that stays where it is says what has come below, and leads there. */
export function NewerBelow({
  rows,
  what,
  onFollow,
}: {
  readonly rows: number;
  readonly what: string;
  readonly onFollow: () => void;
}) {
  return (
    <button type="button" title={`Go to the newest ${what} and stay there`} onClick={onFollow}>
      <Icon name="arrow-down" /> {rows.toLocaleString()} newer
    </button>
  );
}
