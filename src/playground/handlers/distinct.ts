/**
 * Each thing once, the first of those with the same key. An answer can be thousands of times as long as the question:
 * one that names the same topic a million times would otherwise be answered with more than memory holds.
 */
export function distinct<T>(things: readonly T[], keyOf: (thing: T) => string): readonly T[] {
  const byKey = new Map<string, T>();
  for (const thing of things) {
    const key = keyOf(thing);
    if (!byKey.has(key)) byKey.set(key, thing);
  }
  return byKey.size === things.length ? things : Array.from(byKey.values());
}
