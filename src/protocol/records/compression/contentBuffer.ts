/** Where contents of a usual size are put together before their size is known: it stays in the caches. */
let draft = new Uint8Array(0);

const leastDraftBytes = 128 * 1024;
const mostDraftBytes = 512 * 1024;

/**
 * Memory for content of at most `mostBytes`, which is to be taken out by `contentIn` before anybody else drafts. What it
 * holds is undefined. To set the most aside for each content, and zero it, takes several times as long as to decompress
 * a usual batch.
 */
export function draftOf(mostBytes: number): Uint8Array {
  if (mostBytes > mostDraftBytes) return new Uint8Array(mostBytes);
  if (draft.length < mostBytes) draft = new Uint8Array(Math.max(mostBytes, leastDraftBytes));
  return draft.length === mostBytes ? draft : draft.subarray(0, mostBytes);
}

/** The first `length` bytes of a draft, in memory of their own that does not hold much more than them. */
export function contentIn(memory: Uint8Array, length: number): Uint8Array {
  if (memory.buffer !== draft.buffer)
    return length * 2 < memory.length ? memory.slice(0, length) : memory.subarray(0, length);
  const content = uninitialised(length);
  content.set(memory.subarray(0, length));
  return content;
}

/** Memory that is not zeroed first, for whoever writes all of it before it is given out. */
export function uninitialised(bytes: number): Uint8Array {
  const { buffer } = Buffer.allocUnsafeSlow(bytes);
  return new Uint8Array(buffer, 0, bytes);
}
