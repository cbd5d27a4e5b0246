import { type Api, isFlexible } from "./api.ts";
import { string } from "./schema/blobs.ts";
import { int16, int32 } from "./schema/primitives.ts";
import { type StructOutput, struct } from "./schema/struct.ts";
import { taggedSection, type UnknownTag } from "./schema/taggedSection.ts";
import { nullable } from "./schema/type.ts";
import type { Reader } from "./wire/reader.ts";
import type { Writer } from "./wire/writer.ts";

const apiVersionsKey = 18;

const requestFields = { apiKey: int16, apiVersion: int16, correlationId: int32, clientId: nullable(string) };
const responseFields = { correlationId: int32 };

/** What stands in front of every request. */
export type RequestHeader = StructOutput<typeof requestFields>;

/** What stands in front of every response. */
export type ResponseHeader = StructOutput<typeof responseFields>;

// The newer headers only add tagged fields at the end: the clientId keeps its int16 length even there.
const requestHeader = struct(requestFields).codec({ version: 0, flexible: false });
const responseHeader = struct(responseFields).codec({ version: 0, flexible: false });
const tags = taggedSection([]);

interface Tagged {
  readonly unknownTags?: readonly UnknownTag[];
}

/** The part of a request header that every version of every API shares; enough to say what was asked, and by whom. */
export function readRequestHeaderStart(reader: Reader): RequestHeader {
  return requestHeader.read(reader);
}

/** The whole header of a request, in the form its version has. */
export function readRequestHeader(reader: Reader, api: Api): RequestHeader {
  const header = requestHeader.read(reader);
  return isFlexible(api, header.apiVersion) ? withTags(reader, header) : header;
}

/** Writes the header in the form its version has. */
export function writeRequestHeader(writer: Writer, api: Api, header: RequestHeader): void {
  requestHeader.write(writer, header);
  if (isFlexible(api, header.apiVersion)) writeTags(writer, header);
}

/** The header of the response to a request of this version. */
export function readResponseHeader(reader: Reader, api: Api, version: number): ResponseHeader {
  const header = responseHeader.read(reader);
  return hasTaggedResponseHeader(api, version) ? withTags(reader, header) : header;
}

/** Writes the header of a response to a request of this version. */
export function writeResponseHeader(writer: Writer, api: Api, version: number, header: ResponseHeader): void {
  responseHeader.write(writer, header);
  if (hasTaggedResponseHeader(api, version)) writeTags(writer, header);
}

/** A client reads the answer to ApiVersions before it knows what the broker speaks: it keeps the oldest header (KIP-511). */
function hasTaggedResponseHeader(api: Api, version: number): boolean {
  return api.key !== apiVersionsKey && isFlexible(api, version);
}

function withTags<T extends Tagged>(reader: Reader, header: T): T {
  const found: Record<string, unknown> = {};
  tags.read(reader, found);
  return { ...header, ...found };
}

function writeTags(writer: Writer, header: Tagged): void {
  tags.write(writer, { unknownTags: header.unknownTags });
}
