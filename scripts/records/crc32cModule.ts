// Assembles the WebAssembly module of src/protocol/records/crc32cWasm.ts and prints it as base64:
//
//   node scripts/records/crc32cModule.ts
//
// In text form, with T(k) the table k (1 KiB each, from address 0, written by whoever instantiates):
//
//   (module
//     (memory (export "memory") 2)
//     (func (export "update") (param $crc i32) (param $at i32) (param $end i32) (result i32) (local $word i32)
//       (block $tail (loop $sixteen
//         (br_if $tail (i32.lt_u (i32.sub (local.get $end) (local.get $at)) (i32.const 16)))
//         ;; crc = T(15)[byte 0] ^ T(14)[byte 1] ^ … ^ T(0)[byte 15], of the 16 bytes with crc folded into the first 4
//         (local.set $at (i32.add (local.get $at) (i32.const 16)))
//         (br $sixteen)))
//       (block $done (loop $single
//         (br_if $done (i32.eq (local.get $at) (local.get $end)))
//         ;; crc = T(0)[(crc ^ byte) & 255] ^ (crc >>> 8)
//         (local.set $at (i32.add (local.get $at) (i32.const 1)))
//         (br $single)))
//       (local.get $crc)))

type Code = readonly number[];

const crc = 0;
const at = 1;
const end = 2;
const word = 3;

const get = (local: number): Code => [0x20, local];
const set = (local: number, value: Code): Code => [...value, 0x21, local];
const constant = (value: number): Code => [0x41, ...signedLeb(value)];
const add = (a: Code, b: Code): Code => [...a, ...b, 0x6a];
const sub = (a: Code, b: Code): Code => [...a, ...b, 0x6b];
const and = (a: Code, b: Code): Code => [...a, ...b, 0x71];
const xor = (a: Code, b: Code): Code => [...a, ...b, 0x73];
const shiftLeft = (a: Code, by: number): Code => [...a, ...constant(by), 0x74];
const shiftRight = (a: Code, by: number): Code => [...a, ...constant(by), 0x76];
const equal = (a: Code, b: Code): Code => [...a, ...b, 0x46];
const lessUnsigned = (a: Code, b: Code): Code => [...a, ...b, 0x49];
// Alignment 0: the bytes of a batch stand anywhere.
const load32 = (address: Code, offset: number): Code => [...address, 0x28, 0, ...unsignedLeb(offset)];
const load8 = (address: Code): Code => [...address, 0x2d, 0, 0];
/** Runs `body` again and again until `until` holds. */
const loopUntil = (until: Code, body: Code): Code => {
  const leave = [0x0d, 1];
  const again = [0x0c, 0];
  return [0x02, 0x40, 0x03, 0x40, ...until, ...leave, ...body, ...again, 0x0b, 0x0b];
};

/** Table `table` at byte `index` (0 to 3) of the local `word`, times the 4 bytes of an entry. */
function entry(table: number, index: number): Code {
  const scaled = index === 0 ? shiftLeft(get(word), 2) : shiftRight(get(word), 8 * index - 2);
  return load32(and(scaled, constant(0x3fc)), table * 1024);
}

/** Folds four input bytes, `offset` behind `at`: the first of them is followed by `behind` more of the sixteen. */
function foldFour(offset: number): Code {
  const input = load32(get(at), offset);
  const behind = 15 - offset;
  const folded = xor(
    xor(entry(behind, 0), entry(behind - 1, 1)),
    xor(entry(behind - 2, 2), entry(behind - 3, 3)),
  );
  return offset === 0
    ? [...set(word, xor(input, get(crc))), ...set(crc, folded)]
    : [...set(word, input), ...set(crc, xor(get(crc), folded))];
}

function updateBody(): Code {
  const sixteen = loopUntil(lessUnsigned(sub(get(end), get(at)), constant(16)), [
    ...foldFour(0),
    ...foldFour(4),
    ...foldFour(8),
    ...foldFour(12),
    ...set(at, add(get(at), constant(16))),
  ]);
  const single = loopUntil(equal(get(at), get(end)), [
    ...set(word, xor(get(crc), load8(get(at)))),
    ...set(crc, xor(entry(0, 0), shiftRight(get(crc), 8))),
    ...set(at, add(get(at), constant(1))),
  ]);
  return [...sixteen, ...single, ...get(crc)];
}

/** The module's bytes. */
export function crc32cModule(): Uint8Array {
  const i32 = 0x7f;
  const oneLocal = [1, 1, i32];
  const body = [...oneLocal, ...updateBody(), 0x0b];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 3, i32, i32, i32, 1, i32]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, 2]),
    ...section(7, [2, ...name("memory"), 2, 0, ...name("update"), 0, 0]),
    ...section(10, [1, ...unsignedLeb(body.length), ...body]),
  ]);
}

function section(id: number, content: Code): Code {
  return [id, ...unsignedLeb(content.length), ...content];
}

function name(text: string): Code {
  return [text.length, ...new TextEncoder().encode(text)];
}

function unsignedLeb(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsignedLeb(value >>> 7)];
}

function signedLeb(value: number): Code {
  return value >= -64 && value < 64 ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signedLeb(value >> 7)];
}

if (process.argv[1] === import.meta.filename) console.log(Buffer.from(crc32cModule()).toString("base64"));
