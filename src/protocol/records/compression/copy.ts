// Below this many bytes a loop is faster than the call into the engine's own copying.
const loopLimit = 24;

/** Copies `length` bytes from one array to another; the caller has checked both ends. */
export function copyBytes(
  source: Uint8Array,
  from: number,
  target: { readonly bytes: Uint8Array; readonly at: number; readonly length: number },
): void {
  const { bytes, at, length } = target;
  if (length > loopLimit) {
    bytes.set(source.subarray(from, from + length), at);
    return;
  }
  const shift = from - at;
  for (let index = at; index < at + length; index++) bytes[index] = source[index + shift] as number;
}

/**
 * Repeats `length` bytes that stand `distance` before `at`. A distance below the length means a pattern that
 * repeats itself, as LZ4 and Snappy both use for runs.
 */
export function copyMatch(bytes: Uint8Array, at: number, distance: number, length: number): void {
  if (length > loopLimit) {
    copyLongMatch(bytes, at, distance, length);
    return;
  }
  const end = at + length;
  for (let index = at; index < end; index++) bytes[index] = bytes[index - distance] as number;
}

function copyLongMatch(bytes: Uint8Array, at: number, distance: number, length: number): void {
  const from = at - distance;
  // What is there already repeats itself as well, so each step can be as long as everything before it.
  for (let ready = 0; ready < length; ) {
    const step = Math.min(distance + ready, length - ready);
    bytes.copyWithin(at + ready, from, from + step);
    ready += step;
  }
}
