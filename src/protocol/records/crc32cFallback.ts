import { crc32cTables } from "./crc32cTables.ts";

const tables = crc32cTables(8);

/** CRC-32C in plain JavaScript, eight bytes at a time: for where WebAssembly is switched off. */
export function crc32cFallback(bytes: Uint8Array, previous = 0): number {
  const at = (table: number, index: number) => tables[(table << 8) | (index & 0xff)] as number;
  const byte = (index: number) => bytes[index] as number;
  let crc = ~previous;
  let position = 0;
  for (const end = bytes.length - 7; position < end; position += 8) {
    crc ^=
      byte(position) | (byte(position + 1) << 8) | (byte(position + 2) << 16) | (byte(position + 3) << 24);
    crc =
      at(7, crc) ^
      at(6, crc >>> 8) ^
      at(5, crc >>> 16) ^
      at(4, crc >>> 24) ^
      at(3, byte(position + 4)) ^
      at(2, byte(position + 5)) ^
      at(1, byte(position + 6)) ^
      at(0, byte(position + 7));
  }
  for (; position < bytes.length; position++) crc = at(0, crc ^ byte(position)) ^ (crc >>> 8);
  return ~crc >>> 0;
}
