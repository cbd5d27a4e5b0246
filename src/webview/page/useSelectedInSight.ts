import { useEffect } from "preact/hooks";

/** The detail takes much of the list's height when it opens: the row it is about must not be in that part. */
export function useSelectedInSight(
  container: { readonly current: HTMLElement | null },
  selected: number | undefined,
): void {
  useEffect(() => {
    const list = container.current;
    const row = list?.querySelector<HTMLElement>("tr.selected");
    if (selected === undefined || !list || !row) return;
    const isInSight =
      row.offsetTop - row.offsetHeight >= list.scrollTop &&
      row.offsetTop + row.offsetHeight <= list.scrollTop + list.clientHeight;
    if (!isInSight) row.scrollIntoView({ block: "center" });
  }, [container, selected]);
}
