import { stringifyWithBigints } from "#base/json.ts";
import type { Playground } from "#playground/playground.ts";
import type { FaultsChange } from "./faultsFile.ts";

/** One line of JSON with every rule as it stands: when it was asked for, when the file changed, and at the end. */
export function faultsLine(playground: Playground, event: "faults" | "stopped"): string {
  return stringifyWithBigints({ event, faults: states(playground) });
}

/** The same for a file that was wrong: what is wrong, and where. */
export function wrongLine(playground: Playground, problems: readonly string[]): string {
  return stringifyWithBigints({ event: "faultsRefused", problems, faults: states(playground) });
}

/** The rules for people, a line each. */
export function faultsText(playground: Playground): string {
  return states(playground)
    .map(({ title, enabled, hits, misses = 0, holding }) =>
      [
        `fault: ${title}`,
        ...(enabled ? [] : ["off"]),
        `hit ${hits}×`,
        ...(misses > 0 ? [`found nothing to change ${misses}×`] : []),
        ...(holding > 0 ? [`holds ${holding}`] : []),
      ].join(" · "),
    )
    .join("\n");
}

/** What became of a changed file, as the end of a sentence. */
export function changeText({ added, removed, kept }: Extract<FaultsChange, { type: "applied" }>): string {
  const counts = [`${added} new`, `${removed} gone`, `${kept} as before`];
  return `was read again: ${counts.join(", ")}`;
}

function states(playground: Playground) {
  return playground.faults().map(({ faultId, title, enabled, hits, misses, holding }) => ({
    faultId,
    title,
    enabled,
    hits,
    misses,
    holding,
  }));
}
