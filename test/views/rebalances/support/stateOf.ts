import type { Model } from "#model/model.ts";
import type { RebalancesInput } from "#views/rebalances/input.ts";
import { rebalancesState } from "#views/rebalances/rebalancesState.ts";
import type { MarkRef } from "#webview/rebalances/contract.ts";
import { liveInput } from "./liveInput.ts";

/** What the live panel of `billing` shows. */
export const stateOf = (model: Model, rest?: Partial<RebalancesInput>) =>
  rebalancesState(liveInput(model, rest));

/** What its detail strip shows of a mark. */
export const detailOf = (model: Model, selected: MarkRef, rest?: Partial<RebalancesInput>) =>
  stateOf(model, { ...rest, selected }).detail;
