import { type Api, isFlexible, isKnownVersion } from "../api.ts";
import { apiByKey } from "../apiRegistry.ts";
import { string } from "../schema/blobs.ts";
import { int16, int32 } from "../schema/primitives.ts";
import { nullable, type Type } from "../schema/type.ts";
import { CodecError } from "../wire/codecError.ts";
import { Reader } from "../wire/reader.ts";
import type { Explained, ExplainedField } from "./explainedField.ts";
import { EnoughFields, FieldWalk } from "./fieldWalk.ts";

const apiVersionsKey = 18;
const unsupportedVersion = 35;
const plain = { version: 0, flexible: false };
const noTags: ReadonlyMap<number, { readonly name: string; readonly type: Type }> = new Map();

/** A request, header included, field by field; `frame` comes without its size. Never throws. */
export function explainRequest(frame: Uint8Array, options: { readonly maxFields: number }): Explained {
  return explain(frame, options.maxFields, (walk, reader, fields) => {
    const into = fields;
    walk.field("apiKey", int16, { wire: plain, into });
    walk.field("apiVersion", int16, { wire: plain, into });
    walk.field("correlationId", int32, { wire: plain, into });
    walk.field("clientId", nullable(string), { wire: plain, into });
    const api = knownApi(Number(fields[0]?.value));
    const version = Number(fields[1]?.value);
    if (isFlexible(api, version)) walk.tags(noTags, plain, into);
    walk.struct(api.request, wireOf(api, version), into);
    // A broker ignores what follows, so it is no problem, but it is worth a line.
    if (reader.remaining > 0) into.push(leftOver(reader));
  });
}

/** The answer to a request of that API and version, field by field; `frame` comes without its size. Never throws. */
export function explainResponse(
  frame: Uint8Array,
  options: { readonly apiKey: number; readonly version: number; readonly maxFields: number },
): Explained {
  return explain(frame, options.maxFields, (walk, reader, into) => {
    const api = knownApi(options.apiKey);
    walk.field("correlationId", int32, { wire: plain, into });
    const isOldHeader = api.key === apiVersionsKey;
    // A version of ApiVersions that the broker does not know is answered in version 0 (KIP-511).
    const isRefusal = isOldHeader && frame[4] === 0 && frame[5] === unsupportedVersion;
    const version = isRefusal ? 0 : options.version;
    if (!isOldHeader && isFlexible(api, version)) walk.tags(noTags, plain, into);
    walk.struct(api.response, wireOf(api, version), into);
    reader.expectEnd();
  });
}

function explain(
  frame: Uint8Array,
  maxFields: number,
  read: (walk: FieldWalk, reader: Reader, into: ExplainedField[]) => void,
): Explained {
  const fields: ExplainedField[] = [];
  const reader = new Reader(frame);
  try {
    read(new FieldWalk(reader, frame, maxFields), reader, fields);
    return { fields, problem: undefined, isCut: false };
  } catch (error) {
    if (error instanceof EnoughFields) return { fields, problem: undefined, isCut: true };
    const message = CodecError.is(error) ? error.message : "the decoder failed";
    return { fields, problem: { message, offset: reader.offset }, isCut: false };
  }
}

function knownApi(key: number): Api {
  const api = apiByKey(key);
  if (api) return api;
  throw new CodecError(`API key ${key} is not known`);
}

function wireOf(api: Api, version: number): { readonly version: number; readonly flexible: boolean } {
  if (!isKnownVersion(api, version)) {
    const [min, max] = api.versions;
    throw new CodecError(`${api.name} v${version} is not known; known are v${min} to v${max}`);
  }
  return { version, flexible: isFlexible(api, version) };
}

function leftOver(reader: Reader): ExplainedField {
  const { offset, remaining } = reader;
  return {
    name: "bytes left over",
    kind: "bytes",
    value: `${remaining.toLocaleString("en")} bytes`,
    meaning: undefined,
    offset,
    length: remaining,
    children: [],
  };
}
