import { Buffer } from "node:buffer";
import { type Random, randomInt } from "#base/random.ts";
import { type Field, isField, type Type } from "#protocol/schema/type.ts";

/** The version a random message is for, and where its chance comes from. */
export interface RandomMessageOptions {
  readonly version: number;
  readonly flexible: boolean;
  readonly random: Random;
}

const words = ["", "orders", "größe-✓-𝄞", "consumer-1-0b9e3c1a-5d6f-4a7b-8c9d-0e1f2a3b4c5d", "x".repeat(200)];

const integerRanges: Readonly<Record<string, readonly [number, number]>> = {
  int8: [-0x80, 0x7f],
  int16: [-0x8000, 0x7fff],
  uint16: [0, 0xffff],
  int32: [-0x8000_0000, 0x7fff_ffff],
  uint32: [0, 0xffff_ffff],
};

/** A value of this type as decoding would yield it: fields that the version lacks have their default. */
export function randomMessage(type: Type, options: RandomMessageOptions, depth = 0): unknown {
  const { version, random } = options;
  const { shape } = type;
  switch (shape.kind) {
    case "primitive":
      return randomPrimitive(shape.name, random);
    case "nullable": {
      const mayBeNull = version >= shape.from && version <= shape.to;
      return mayBeNull && randomInt(random, 4) === 0 ? null : randomMessage(shape.type, options, depth);
    }
    case "array": {
      const length = randomInt(random, depth > 3 ? 2 : 4);
      return Array.from({ length }, () => randomMessage(shape.element, options, depth + 1));
    }
    case "struct":
      return randomStruct(shape.fields, options, depth);
  }
}

function randomStruct(
  fields: Readonly<Record<string, Type | Field>>,
  options: RandomMessageOptions,
  depth: number,
): unknown {
  const entries = Object.entries(fields).map(([name, entry]): [string, unknown] => {
    if (!isField(entry)) return [name, randomMessage(entry, options, depth + 1)];
    const present = options.version >= entry.from && options.version <= entry.to;
    const leftOut = entry.tag !== undefined && (!options.flexible || randomInt(options.random, 3) === 0);
    return [name, present && !leftOut ? randomMessage(entry.type, options, depth + 1) : entry.defaultValue];
  });
  if (options.flexible && randomInt(options.random, 8) === 0) {
    const tag = 100 + randomInt(options.random, 100_000);
    entries.push(["unknownTags", [{ tag, bytes: options.random.bytes(randomInt(options.random, 20)) }]]);
  }
  return Object.fromEntries(entries);
}

function randomPrimitive(name: string, random: Random): unknown {
  const range = integerRanges[name];
  if (range !== undefined) return randomInteger(range, random);
  switch (name) {
    case "bool":
      return random.next() < 0.5;
    case "int64":
      return Buffer.from(random.bytes(8)).readBigInt64BE() >> BigInt(randomInt(random, 64));
    case "float64":
      return (random.next() - 0.5) * 1e6;
    case "uuid":
      return Buffer.from(random.bytes(16)).toString("base64url");
    case "string":
      return `${words[randomInt(random, words.length)]}${randomInt(random, 1000)}`;
    case "bytes":
    case "records":
      return random.bytes(randomInt(random, 8) === 0 ? 300 : randomInt(random, 20));
    default:
      throw new Error(`no random value for ${name}`);
  }
}

/** Extremes and small numbers often, anything else sometimes. */
function randomInteger([least, most]: readonly [number, number], random: Random): number {
  switch (randomInt(random, 4)) {
    case 0:
      return least;
    case 1:
      return most;
    case 2:
      return randomInt(random, 4);
    default:
      return least + randomInt(random, most - least);
  }
}
