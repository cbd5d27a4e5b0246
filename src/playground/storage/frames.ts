import { crc32c } from "#protocol/records/crc32c.ts";

/** One entry of a file that is only ever appended to. */
export interface Frame {
  readonly kind: number;
  readonly payload: Uint8Array;
}

/** What a file holds, and how it ends. */
export interface FrameFile {
  readonly frames: readonly Frame[];
  /** Bytes up to the end of the last whole frame. */
  readonly wholeBytes: number;
  /**
   * `torn`: it ends within a frame, as after the end of a process that was writing. `damaged`: a frame that was whole
   * is no longer what was written.
   */
  readonly end: "whole" | "torn" | "damaged";
}

const headerBytes = 9;

/** A frame as bytes: length, checksum, kind, payload. */
export function encodeFrame(kind: number, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(headerBytes + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, payload.length);
  view.setUint8(8, kind);
  bytes.set(payload, headerBytes);
  view.setUint32(4, crc32c(bytes.subarray(8)));
  return bytes;
}

/** Reads frames up to the first that is not whole. */
export function readFrames(bytes: Uint8Array): FrameFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const frames: Frame[] = [];
  let at = 0;
  while (at < bytes.length) {
    const end = bytes.length - at < headerBytes ? undefined : at + headerBytes + view.getUint32(at);
    if (end === undefined || end > bytes.length) return { frames, wholeBytes: at, end: "torn" };
    if (crc32c(bytes.subarray(at + 8, end)) !== view.getUint32(at + 4)) {
      // Only the last frame can have been under way when its writer ended.
      return { frames, wholeBytes: at, end: end === bytes.length ? "torn" : "damaged" };
    }
    frames.push({ kind: view.getUint8(at + 8), payload: bytes.subarray(at + headerBytes, end) });
    at = end;
  }
  return { frames, wholeBytes: at, end: "whole" };
}
