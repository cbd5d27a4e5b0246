import type { ByteParts } from "#base/byteParts.ts";
import type { Event } from "#base/events.ts";
import { ok, type Result } from "#base/result.ts";
import type { TopicPartition } from "#base/topicPartition.ts";
import type { Api } from "#protocol/api.ts";
import {
  decodeRequest,
  decodeResponse,
  encodeResponseInParts,
  type ResponseOptions,
} from "#protocol/message.ts";
import type { Decoded, Input, Type } from "#protocol/schema/type.ts";
import { CodecError } from "#protocol/wire/codecError.ts";
import type { Broker } from "../broker.ts";
import type { BrokerNode } from "../cluster/clusterNodes.ts";
import type { BatchEdit } from "../faults/corruptBatch.ts";

/** Told what becomes of an answer on its way out. */
export interface AnswerFollower {
  held?(faultId: string): void;
  /** It was written, or a fault kept it back for good. */
  done?(how: "answered" | "keptBack"): void;
}

/** The circumstances of one request. */
export interface RequestContext {
  readonly broker: Broker;
  /** The node it came to. */
  readonly node: BrokerNode;
  readonly version: number;
  readonly clientId: string | null;
  /** As Kafka shows it: `/127.0.0.1`. */
  readonly clientHost: string;
  readonly requestNumber: number;
  /** Fires when the connection is gone: whatever waits on its behalf may stop. */
  readonly onGone: Event<void>;
  /** How a batch for this partition is to be damaged, if a fault says so. */
  editFor(partition: TopicPartition): BatchEdit | undefined;
  follow(follower: AnswerFollower): void;
  /** Ends the connection instead of answering: the only way to tell a client that wants no answers. */
  refuseByClosing(reason: string): void;
}

/** What a request is about, for the faults. */
export interface Subject {
  readonly groupIds?: readonly string[];
  readonly memberIds?: readonly string[];
  readonly partitions?: readonly TopicPartition[];
}

/** How one API is served. */
export interface HandlerDefinition<Req extends Type, Res extends Type> {
  readonly api: Api<Req, Res>;
  /** What is advertised; by default every version that is known. */
  readonly versions?: readonly [min: number, max: number] | undefined;
  subject?(request: Decoded<Req>, broker: Broker, version: number): Subject;
  /** Whether the client waits for an answer; by default it does. */
  expectsAnswer?(request: Decoded<Req>): boolean;
  /** Undefined means that this request has no answer. */
  handle(
    request: Decoded<Req>,
    context: RequestContext,
  ): Input<Res> | undefined | Promise<Input<Res> | undefined>;
  /** The answer that says nothing but this error, wherever the API has room for it. */
  failed(request: Decoded<Req>, errorCode: number, version: number): Input<Res>;
}

/** A request that was understood, with its API hidden. */
export interface OpenRequest {
  readonly version: number;
  readonly correlationId: number;
  readonly clientId: string | null;
  /** An answer to a request that expects none is taken for the answer to the next one. */
  readonly expectsAnswer: boolean;
  subject(broker: Broker): Subject;
  /** The whole frame of the answer, or undefined when there is none. */
  handle(context: RequestContext): Promise<ByteParts | undefined>;
  failed(errorCode: number): ByteParts;
  /** The answer's frame as a fault has changed its body in place; undefined when it cannot be written so. */
  changed(frame: ByteParts, change: (body: unknown) => void): ByteParts | undefined;
}

/** A handler with the types of its API hidden, as the table of all needs it. */
export interface Handler {
  readonly api: Api;
  readonly versions: readonly [min: number, max: number];
  /** `frame` is a request of this API in a version that is advertised. */
  open(frame: Uint8Array): Result<OpenRequest, CodecError>;
}

/**
 * No client needs more in one request, with at most 20,000 partitions to speak of; and a request is served in one go,
 * so that what it may ask for bounds how long all others wait.
 */
const maxElements = 100_000;

const sizePrefixBytes = 4;

/** Makes a handler of its definition. */
export function defineHandler<Req extends Type, Res extends Type>(
  definition: HandlerDefinition<Req, Res>,
): Handler {
  const { api } = definition;
  return {
    api,
    versions: definition.versions ?? api.versions,
    open(frame) {
      const decoded = decodeRequest(api, frame, { maxElements });
      if (!decoded.ok) return decoded;
      const { header, body } = decoded.value;
      const options = { version: header.apiVersion, correlationId: header.correlationId };
      return ok({
        ...options,
        clientId: header.clientId,
        expectsAnswer: definition.expectsAnswer?.(body) ?? true,
        subject: (broker) => ({
          memberIds: memberIdsIn(body),
          ...definition.subject?.(body, broker, header.apiVersion),
        }),
        async handle(context) {
          const answer = await definition.handle(body, context);
          return answer === undefined ? undefined : encodeResponseInParts(api, options, answer);
        },
        failed: (errorCode) =>
          encodeResponseInParts(api, options, definition.failed(body, errorCode, header.apiVersion)),
        changed: (answer, change) => changedAnswer(api, options, { answer, change }),
      });
    },
  };
}

/** Members speak of themselves in one field, whatever the API; LeaveGroup names several. */
function memberIdsIn(body: unknown): readonly string[] {
  const { memberId, members } = body as { readonly memberId?: unknown; readonly members?: unknown };
  const listed = Array.isArray(members) ? members.flatMap(memberIdsIn) : [];
  return typeof memberId === "string" && memberId !== "" ? [memberId, ...listed] : listed;
}

function changedAnswer(
  api: Api,
  options: ResponseOptions,
  { answer, change }: { readonly answer: ByteParts; readonly change: (body: unknown) => void },
): ByteParts | undefined {
  const decoded = decodeResponse(api, options.version, answer.joined().subarray(sizePrefixBytes));
  if (!decoded.ok) return undefined;
  const { body } = decoded.value;
  change(body);
  try {
    return encodeResponseInParts(api, options, body);
  } catch (error) {
    // A value that the field has no room for: the answer goes as it was.
    if (error instanceof CodecError || error instanceof RangeError) return undefined;
    throw error;
  }
}
