/** A place among `count` for a name: the same in every run (FNV-1a over its UTF-16 units). */
export function placeOf(name: string, count: number): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < name.length; index++) {
    hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193) >>> 0;
  }
  return hash % count;
}
