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
  for (let index = 0; index < length; index++) bytes[at + index] = source[from + index] as number;
}

/**
 * Repeats `length` bytes that stand `distance` before `at`. A distance below the length means a pattern that
 * repeats itself, as LZ4 and Snappy both use for runs.
 */
export function copyMatch(bytes: Uint8Array, at: number, distance: number, length: number): void {
  if (length <= loopLimit) {
    for (let index = at; index < at + length; index++) bytes[index] = bytes[index - distance] as number;
    return;
  }
  const from = at - distance;
  let ready = Math.min(distance, length);
  bytes.copyWithin(at, from, from + ready);
  while (ready < length) {
    const step = Math.min(ready, length - ready);
    bytes.copyWithin(at + ready, at, at + step);
    ready += step;
  }
}
