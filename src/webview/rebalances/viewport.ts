import { useEffect, useRef, useState } from "preact/hooks";
import type { Page } from "../page/openPage.ts";
import type { RebalancesContract, RebalancesState, TimeRange } from "./contract.ts";
import { panned, zoomed } from "./timeScale.ts";

/** What of the time is shown, and how to move it. */
export interface Viewport {
  readonly range: TimeRange;
  readonly following: boolean;
  zoom(factor: number, aroundMs?: number): void;
  pan(share: number): void;
  /** Moves an instant that is out of view to the middle. */
  reveal(atMs: number): void;
  /** Everything that is known of the group. */
  fit(): void;
  follow(follow: boolean): void;
}

const FIRST_LENGTH_MS = 60_000;
const TELL_AFTER_MS = 80;
/** Room right of the present, so that what happens now is not glued to the edge. */
const HEADROOM = 0.03;

/**
 * The visible range is the page's own while the user pans and zooms, and moves along with the present while following.
 * The host is told after a short while, so that a drag does not ask for a snapshot per pixel.
 */
export function useViewport(
  state: RebalancesState,
  page: Page<RebalancesContract>,
  widthPx: number,
): Viewport {
  const [chosen, setChosen] = useState<TimeRange | undefined>(undefined);
  const length = chosen ? chosen.toMs - chosen.fromMs : firstLength(state);
  // Ours at once, so that a drag is not undone by snapshots on their way; the host's word when it changes.
  const [following, setFollowing] = useState(state.following);
  useEffect(() => setFollowing(state.following), [state.following]);
  const range = following || !chosen ? endingNow(state.nowMs, length) : chosen;

  const newest = useRef(range);
  newest.current = range;
  // While following, the host moves the range by itself: only another length is news. And only news may start the wait
  // anew, or snapshots that come faster than it ends would keep it from ending.
  const news = JSON.stringify(following ? [length, widthPx] : [range.fromMs, range.toMs, widthPx]);
  const told = useRef("");
  useEffect(() => {
    if (widthPx === 0 || told.current === news) return;
    const timer = setTimeout(() => {
      told.current = news;
      page.notify("viewport", { ...newest.current, widthPx });
    }, TELL_AFTER_MS);
    return () => clearTimeout(timer);
  }, [news, page, widthPx]);

  const setFollow = (follow: boolean) => {
    if (follow === following) return;
    setFollowing(follow);
    page.notify("setFollow", { follow });
  };
  const current = (previous: TimeRange | undefined) => (following || !previous ? range : previous);
  return {
    range,
    following,
    zoom: (factor, aroundMs) =>
      setChosen(zoomed(range, factor, aroundMs ?? (following ? state.nowMs : middleOf(range)))),
    pan: (share) => {
      setFollow(false);
      setChosen((previous) => panned(current(previous), share * length));
    },
    reveal: (atMs) => {
      setFollow(false);
      setChosen({ fromMs: atMs - length / 2, toMs: atMs + length / 2 });
    },
    fit: () => {
      setFollow(false);
      const { fromMs, toMs } = state.extent;
      const margin = Math.max(500, (toMs - fromMs) * HEADROOM);
      setChosen({ fromMs: fromMs - margin, toMs: toMs + margin });
    },
    follow: (follow) => {
      setChosen(range);
      setFollow(follow);
    },
  };
}

/** A minute, or less when less is known. */
function firstLength({ extent }: RebalancesState): number {
  return Math.max(10_000, Math.min(FIRST_LENGTH_MS, (extent.toMs - extent.fromMs) * 1.1));
}

function endingNow(nowMs: number, length: number): TimeRange {
  const toMs = nowMs + length * HEADROOM;
  return { fromMs: toMs - length, toMs };
}

function middleOf({ fromMs, toMs }: TimeRange): number {
  return (fromMs + toMs) / 2;
}
