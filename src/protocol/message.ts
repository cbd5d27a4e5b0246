import type { ByteParts } from "#base/byteParts.ts";
import type { Result } from "#base/result.ts";
import {
  type Api,
  isFlexible,
  isKnownVersion,
  type RequestInput,
  type RequestOf,
  type ResponseInput,
  type ResponseOf,
} from "./api.ts";
import { attempt } from "./attempt.ts";
import {
  type RequestHeader,
  readRequestHeader,
  readRequestHeaderStart,
  readResponseHeader,
  writeRequestHeader,
  writeResponseHeader,
} from "./headers.ts";
import type { Codec, Type } from "./schema/type.ts";
import { CodecError } from "./wire/codecError.ts";
import { Reader } from "./wire/reader.ts";
import { Writer } from "./wire/writer.ts";

const apiVersionsKey = 18;
const unsupportedVersion = 35;
const correlationIdBytes = 4;
const sizeBytes = 4;

/** What a request says about itself, beside its API. */
export interface RequestOptions {
  readonly version: number;
  readonly correlationId: number;
  readonly clientId: string | null;
}

/** Which request a response answers, and in which version. */
export interface ResponseOptions {
  readonly version: number;
  readonly correlationId: number;
}

/** What a reader of messages is willing to take. */
export interface DecodeLimits {
  /** Elements of all arrays together; a bound for messages of any size when left out. */
  readonly maxElements?: number | undefined;
}

/** A request as it came: its header, and its body with every field of the schema. */
export interface DecodedRequest<A extends Api> {
  readonly header: RequestHeader;
  readonly body: RequestOf<A>;
}

/** A response as it came. */
export interface DecodedResponse<A extends Api> {
  readonly correlationId: number;
  readonly body: ResponseOf<A>;
}

/**
 * A request ready for the socket, its size in front. Throws a CodecError when a value does not fit its field or the
 * version is not known; fields that the version lacks are left out.
 */
export function encodeRequest<A extends Api>(
  api: A,
  options: RequestOptions,
  body: RequestInput<A>,
): Uint8Array {
  const { version, correlationId, clientId } = options;
  const codec = codecOf(api, api.request, version);
  const writer = frame((writing) => {
    writeRequestHeader(writing, api, { apiKey: api.key, apiVersion: version, correlationId, clientId });
    codec.write(writing, body);
  });
  return writer.finish();
}

/** A response ready for the socket, its size in front. Throws like `encodeRequest`. */
export function encodeResponse<A extends Api>(
  api: A,
  options: ResponseOptions,
  body: ResponseInput<A>,
): Uint8Array {
  return writtenResponse(api, options, body).finish();
}

/** The same, with record batches left where they are. */
export function encodeResponseInParts<A extends Api>(
  api: A,
  options: ResponseOptions,
  body: ResponseInput<A>,
): ByteParts {
  return writtenResponse(api, options, body).finishInParts();
}

function writtenResponse<A extends Api>(api: A, options: ResponseOptions, body: ResponseInput<A>): Writer {
  const { version, correlationId } = options;
  const codec = codecOf(api, api.response, version);
  return frame((writer) => {
    writeResponseHeader(writer, api, version, { correlationId });
    codec.write(writer, body);
  });
}

/** The header of a request of any API, known or not. `bytes` is a frame without its size. */
export function decodeRequestHeader(bytes: Uint8Array): Result<RequestHeader, CodecError> {
  return attempt(() => readRequestHeaderStart(new Reader(bytes)));
}

/** The correlation id of a response of any API: tells which request it answers. `bytes` is a frame without its size. */
export function decodeCorrelationId(bytes: Uint8Array): Result<number, CodecError> {
  return attempt(() => new Reader(bytes).int32());
}

/**
 * A request of a known API; its version is the one its header names. `bytes` is a frame without its size.
 *
 * Bytes after the body are ignored, because a broker ignores them too.
 */
export function decodeRequest<A extends Api>(
  api: A,
  bytes: Uint8Array,
  limits: DecodeLimits = {},
): Result<DecodedRequest<A>, CodecError> {
  return attempt(() => {
    const reader = new Reader(bytes, limits.maxElements);
    const header = readRequestHeader(reader, api);
    if (header.apiKey !== api.key) throw new CodecError(`API key ${header.apiKey} is not ${api.name}`);
    const body = codecOf(api, api.request, header.apiVersion).read(reader);
    return { header, body: body as RequestOf<A> };
  });
}

/**
 * The response to a request that was sent in `version`. `bytes` is a frame without its size.
 *
 * A broker that does not know the version of an ApiVersions request answers in version 0 (KIP-511); such an answer is
 * decoded as what it is.
 */
export function decodeResponse<A extends Api>(
  api: A,
  version: number,
  bytes: Uint8Array,
): Result<DecodedResponse<A>, CodecError> {
  if (version > 0 && isVersionRefusal(api, bytes)) {
    const refusal = decodeResponseAs(api, 0, bytes);
    if (refusal.ok) return refusal;
  }
  return decodeResponseAs(api, version, bytes);
}

function decodeResponseAs<A extends Api>(
  api: A,
  version: number,
  bytes: Uint8Array,
): Result<DecodedResponse<A>, CodecError> {
  return attempt(() => {
    const reader = new Reader(bytes);
    const codec = codecOf(api, api.response, version);
    const { correlationId } = readResponseHeader(reader, api, version);
    const body = codec.read(reader) as ResponseOf<A>;
    reader.expectEnd();
    return { correlationId, body };
  });
}

function isVersionRefusal(api: Api, bytes: Uint8Array): boolean {
  if (api.key !== apiVersionsKey || bytes.byteLength < correlationIdBytes + 2) return false;
  const reader = new Reader(bytes);
  reader.int32();
  return reader.int16() === unsupportedVersion;
}

function codecOf(api: Api, type: Type, version: number): Codec {
  if (!isKnownVersion(api, version)) {
    const [min, max] = api.versions;
    throw new CodecError(`${api.name} v${version} is not known; known are v${min} to v${max}`);
  }
  return type.codec({ version, flexible: isFlexible(api, version) });
}

function frame(write: (writer: Writer) => void): Writer {
  const writer = new Writer();
  writer.int32(0);
  write(writer);
  writer.patchInt32(0, writer.length - sizeBytes);
  return writer;
}
