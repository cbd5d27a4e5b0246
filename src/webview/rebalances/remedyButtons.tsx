import type { Page } from "../page/openPage.ts";
import type { RebalancesContract, Remedy } from "./contract.ts";

/** One button per thing that can be done about it, but for showing this very panel. */
export function RemedyButtons(props: {
  readonly remedies: readonly Remedy[];
  readonly page: Page<RebalancesContract>;
}) {
  return (
    <span class="remedies">
      {props.remedies
        .filter(({ action }) => action.kind !== "showRebalances")
        .map((remedy) => (
          <button
            key={remedy.title}
            type="button"
            title={remedy.hint}
            onClick={() => props.page.notify("runRemedy", { remedy: remedy.action })}
          >
            {remedy.title}
          </button>
        ))}
    </span>
  );
}
