/**
 * Slicing tables for CRC-32C (Castagnoli, reflected polynomial 0x82f63b78), `count` tables of 256 entries in one
 * array: entry n of table k is the checksum of byte n followed by k zero bytes, so k bytes are folded at a time.
 */
export function crc32cTables(count: number): Int32Array {
  const tables = new Int32Array(count * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) !== 0 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
    tables[byte] = crc;
  }
  for (let index = 256; index < tables.length; index++) {
    const previous = tables[index - 256] ?? 0;
    tables[index] = (tables[previous & 0xff] ?? 0) ^ (previous >>> 8);
  }
  return tables;
}
