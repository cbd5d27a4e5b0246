import type { RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { MarkRef } from "./contract.ts";
import { markKey } from "./markKey.ts";

/**
 * Which mark the arrow keys start from, and which one Tab leads to: that one while it is drawn, else any that is, since
 * a chart without one could not be entered by keyboard.
 */
export function useMarkFocus(plot: RefObject<HTMLElement | null>) {
  const [focused, setFocused] = useState<MarkRef | undefined>(undefined);
  const [tabStop, setTabStop] = useState<string | undefined>(undefined);
  const wanted = useRef<string | undefined>(undefined);
  const focusWanted = () => {
    const element = wanted.current === undefined ? null : findMark(plot.current, wanted.current);
    if (!element) return;
    wanted.current = undefined;
    element.focus();
  };
  useLayoutEffect(() => {
    focusWanted();
    const candidates = [focused && markKey(focused), tabStop];
    const drawn = candidates.find((key) => key !== undefined && findMark(plot.current, key));
    setTabStop(drawn ?? marksIn(plot.current)[0]?.dataset["mark"]);
  });
  const focusOn = (mark: MarkRef) => {
    wanted.current = markKey(mark);
    setFocused(mark);
    focusWanted();
  };
  return { focused, tabStop, setFocused, focusOn };
}

/** The marks that are drawn, in the order of the document. */
export function marksIn(plot: HTMLElement | null): ArrayLike<SVGElement> {
  return plot?.querySelectorAll<SVGElement>("[data-mark]") ?? [];
}

function findMark(plot: HTMLElement | null, key: string): SVGElement | null {
  return plot?.querySelector<SVGElement>(`[data-mark="${CSS.escape(key)}"]`) ?? null;
}
