import { detect } from "#model/detectors/detect.ts";
import { createModel, fold } from "#model/model.ts";
import type { World } from "./world.ts";

/** What happened once stays true, and worth knowing, however well everything is now. */
const lasting: ReadonlySet<string> = new Set([
  "recordsLost",
  "fencedMember",
  "commitGivenUp",
  // Of what went on until a moment ago: it ends when the group has rested for longer than between two rounds.
  "rebalanceStorm",
]);

/** What people would be shown of a run that came to rest: nothing is wrong any more. */
export function checkModel({ trace, clock, verdict }: World): void {
  const model = createModel();
  for (const observation of trace.observations) fold(model, observation);
  for (const { kind, title, detail, severity } of detect(model, clock.now())) {
    // A commit that goes back, as after a seek back, is worth a word and no fault.
    if (severity === "info" || lasting.has(kind)) continue;
    verdict.fail("finding", `all is well, and yet there is ${kind}: ${title} (${detail})`);
  }
  verdict.check();
}
