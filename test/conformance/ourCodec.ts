import { type Api, isFlexible } from "#protocol/api.ts";
import { allApis } from "#protocol/apiRegistry.ts";
import { consumerProtocolAssignment } from "#protocol/data/consumerProtocolAssignment.ts";
import { consumerProtocolSubscription } from "#protocol/data/consumerProtocolSubscription.ts";
import { type DataSchema, decodeData, encodeData } from "#protocol/data/dataSchema.ts";
import {
  type RequestHeader,
  readResponseHeader,
  writeRequestHeader,
  writeResponseHeader,
} from "#protocol/headers.ts";
import { decodeRequest, decodeResponse } from "#protocol/message.ts";
import type { Type } from "#protocol/schema/type.ts";
import { Reader } from "#protocol/wire/reader.ts";
import { Writer } from "#protocol/wire/writer.ts";
import type { MessageKind } from "./javaClient.ts";

/** A message as our codec sees it; the header is missing where there is none. */
export interface OurMessage {
  readonly header: Readonly<Record<string, unknown>> | undefined;
  readonly body: unknown;
}

/** Everything with a layout of its own: the APIs in both directions, and the data inside messages. */
export interface Subject {
  readonly kind: MessageKind;
  readonly name: string;
  readonly versions: readonly [min: number, max: number];
  readonly type: Type;
  isFlexible(version: number): boolean;
  decode(version: number, bytes: Uint8Array): OurMessage;
  encode(version: number, message: OurMessage): Uint8Array;
}

const dataSchemas: readonly DataSchema[] = [consumerProtocolAssignment, consumerProtocolSubscription];

/** All we can read and write. */
export const subjects: readonly Subject[] = [...allApis.flatMap(subjectsOf), ...dataSchemas.map(dataSubject)];

function subjectsOf(api: Api): readonly Subject[] {
  const { name, versions } = api;
  const flexible = (version: number) => isFlexible(api, version);
  return [
    {
      kind: "request",
      name,
      versions,
      type: api.request,
      isFlexible: flexible,
      decode: (_version, bytes) => {
        const decoded = decodeRequest(api, bytes);
        if (!decoded.ok) throw decoded.error;
        return { header: { ...decoded.value.header }, body: decoded.value.body };
      },
      encode: (version, { header, body }) => {
        const writer = new Writer();
        writeRequestHeader(writer, api, header as unknown as RequestHeader);
        return written(writer, api, api.request, version, body);
      },
    },
    {
      kind: "response",
      name,
      versions,
      type: api.response,
      isFlexible: flexible,
      decode: (version, bytes) => {
        const decoded = decodeResponse(api, version, bytes);
        if (!decoded.ok) throw decoded.error;
        // The public entry gives the correlation id only; the header's unknown tags must come back as well.
        const header = { ...readResponseHeader(new Reader(bytes), api, version) };
        return { header, body: decoded.value.body };
      },
      encode: (version, { header, body }) => {
        const writer = new Writer();
        writeResponseHeader(writer, api, version, header as { readonly correlationId: number });
        return written(writer, api, api.response, version, body);
      },
    },
  ];
}

function dataSubject(schema: DataSchema): Subject {
  return {
    kind: "data",
    name: schema.name,
    versions: schema.versions,
    type: schema.body,
    isFlexible: () => false,
    decode: (_version, bytes) => {
      const decoded = decodeData(schema, bytes);
      if (!decoded.ok) throw decoded.error;
      return { header: undefined, body: decoded.value.body };
    },
    encode: (version, { body }) => encodeData(schema, version, body),
  };
}

function written(writer: Writer, api: Api, type: Type, version: number, body: unknown): Uint8Array {
  type.codec({ version, flexible: isFlexible(api, version) }).write(writer, body);
  return writer.finish();
}
