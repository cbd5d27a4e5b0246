import type { ClusterModel } from "#model/model.ts";

/** Whether time stands still for everybody on that cluster: a playground's clock can be paused. */
export function isClockPaused({ playground }: ClusterModel): boolean {
  return playground.clock?.mode === "paused" && playground.stopped === undefined;
}

/** The reason, in a row of what waits. */
export const clockPausedText = "the clock is paused";

/** The same in a tooltip, with the way on. */
export const clockPausedRemark =
  "The playground's clock is paused: nothing there goes on before time passes. Step Clock lets some pass, Run Clock at Real Speed all.";
