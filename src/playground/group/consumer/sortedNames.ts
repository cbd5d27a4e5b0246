/** In one order, each once, so that the same set is the same list. */
export function sorted(names: Iterable<string>): readonly string[] {
  return Array.from(new Set(names)).sort((a, b) => (a < b ? -1 : 1));
}

/** Whether two sorted lists name the same. */
export function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, index) => name === b[index]);
}
