/** Where contents of a usual size are put together before their size is known: it stays in the caches. */
let draft = new Uint8Array(0);

const leastDraftBytes = 64 * 1024;
const mostDraftBytes = 512 * 1024;

/**
 * Content of at most `mostBytes`, in memory of exactly its own size. `build` writes it from the start on and gives its
 * length; what the memory held before is undefined. To set the most aside for each content, and zero it, takes several
 * times as long as to decompress a usual batch.
 */
export function buildContent(mostBytes: number, build: (target: Uint8Array) => number): Uint8Array {
  if (mostBytes > mostDraftBytes) {
    const target = new Uint8Array(mostBytes);
    const length = build(target);
    // What is kept for long must not hold much more than its content.
    return length * 2 < mostBytes ? target.slice(0, length) : target.subarray(0, length);
  }
  if (draft.length < mostBytes) draft = new Uint8Array(Math.max(mostBytes, leastDraftBytes));
  const length = build(draft.length === mostBytes ? draft : draft.subarray(0, mostBytes));
  const content = uninitialised(length);
  content.set(draft.subarray(0, length));
  return content;
}

/** Memory that is not zeroed first, for whoever writes all of it before it is given out. */
export function uninitialised(bytes: number): Uint8Array {
  const { buffer } = Buffer.allocUnsafeSlow(bytes);
  return new Uint8Array(buffer, 0, bytes);
}
