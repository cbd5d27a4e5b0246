import type { Page } from "../page/openPage.ts";
import type { RequestsContract, RequestsState } from "./contract.ts";

/** Filters to choose instead of the one that nothing passes. */
export function EmptyTools({
  state,
  page,
}: {
  readonly state: RequestsState;
  readonly page: Page<RequestsContract>;
}) {
  const filters = state.empty?.filters ?? [];
  if (filters.length === 0) return null;
  return (
    <div class="emptyTools">
      {filters.map(({ title, filter }) => (
        <button key={title} type="button" onClick={() => page.notify("setFilter", { filter })}>
          {title}
        </button>
      ))}
    </div>
  );
}
