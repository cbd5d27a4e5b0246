import { detect } from "#model/detectors/detect.ts";
import type { Finding, FindingKind } from "#model/finding.ts";
import type { ModelState } from "#model/model.ts";

/** What one detector finds at that moment, when all of them are asked. */
export const only = (model: ModelState, kind: FindingKind, now: number): readonly Finding[] =>
  detect(model, now).filter((finding) => finding.kind === kind);

/** What a finding offers to do, in its order. */
export const actions = (finding: Finding | undefined) => finding?.remedies.map(({ action }) => action.kind);
