const maxBlockBytes = 128 * 1024;

/**
 * A Zstandard frame that stores `bytes` uncompressed: valid for every reader, for where node:zlib has no Zstandard.
 */
export function storeAsZstd(bytes: Uint8Array): Uint8Array {
  const blockCount = Math.max(1, Math.ceil(bytes.length / maxBlockBytes));
  const headerBytes = 4 + 1 + 8;
  const frame = new Uint8Array(headerBytes + 3 * blockCount + bytes.length);
  const view = new DataView(frame.buffer);
  view.setUint32(0, 0xfd2f_b528, true);
  // One segment, content size in 8 bytes, no checksum, no dictionary.
  view.setUint8(4, 0xe0);
  view.setBigUint64(5, BigInt(bytes.length), true);
  let at = headerBytes;
  for (let block = 0; block < blockCount; block++) {
    const stored = bytes.subarray(block * maxBlockBytes, (block + 1) * maxBlockBytes);
    const isLast = block === blockCount - 1 ? 1 : 0;
    const header = (stored.length << 3) | isLast;
    view.setUint8(at, header & 0xff);
    view.setUint16(at + 1, header >>> 8, true);
    frame.set(stored, at + 3);
    at += 3 + stored.length;
  }
  return frame;
}
