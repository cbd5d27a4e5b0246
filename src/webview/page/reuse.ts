import type { Wire } from "../contract.ts";

/**
 * `next`, with every part that says the same as in `previous` being that part of `previous`: what did not change is
 * then recognised by identity, and need not be drawn again. Neither may be changed by anyone.
 */
export function reuse<T extends Wire>(previous: T | undefined, next: T): T {
  return merge(previous, next) as T;
}

function merge(previous: Wire, next: Wire): Wire {
  if (previous === next || !isComposite(previous) || !isComposite(next)) return next;
  if (isList(previous) !== isList(next)) return next;
  return isList(next)
    ? mergeLists(previous as readonly Wire[], next)
    : mergeObjects(previous as Parts, next as Parts);
}

type Parts = { readonly [key: string]: Wire };

function mergeLists(previous: readonly Wire[], next: readonly Wire[]): readonly Wire[] {
  // Old marks leave at the front while new ones come at the end: what stands first now is looked for further on.
  const shift = Math.max(0, shiftOf(previous, next));
  const merged = next.map((part, index) => merge(previous[index + shift], part));
  const isSame = previous.length === next.length && merged.every((part, index) => part === previous[index]);
  return isSame ? previous : merged;
}

/** How many parts left at the front; 0 when that cannot be seen. */
function shiftOf(previous: readonly Wire[], next: readonly Wire[]): number {
  const first = next[0];
  if (!isComposite(first)) return 0;
  const text = JSON.stringify(first);
  const mostLooked = Math.min(previous.length, 32);
  for (let index = 0; index < mostLooked; index++) if (JSON.stringify(previous[index]) === text) return index;
  return 0;
}

function mergeObjects(previous: Parts, next: Parts): Parts {
  const names = Object.keys(next);
  const merged: Record<string, Wire> = {};
  let isSame = names.length === Object.keys(previous).length;
  for (const name of names) {
    const part = merge(previous[name], next[name]);
    merged[name] = part;
    isSame &&= name in previous && part === previous[name];
  }
  return isSame ? previous : merged;
}

function isComposite(value: Wire): value is readonly Wire[] | Parts {
  return typeof value === "object" && value !== null;
}

function isList(value: Wire): value is readonly Wire[] {
  return Array.isArray(value);
}
