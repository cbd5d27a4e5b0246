import { ByteParts } from "#base/byteParts.ts";
import type { Event } from "#base/events.ts";
import { errorCode, type KnownErrorName } from "#protocol/errorCodes.ts";
import type { Broker } from "../broker.ts";
import type { BrokerNode } from "../cluster/clusterNodes.ts";
import { changeAnswer, type DueChange, muteMsOf } from "../faults/changeAnswer.ts";
import type { FaultSubject } from "../faults/faultRule.ts";
import type { FaultedRequest, FaultOutcome } from "../faults/faultTable.ts";
import type { AnswerFollower, OpenRequest, RequestContext } from "../handlers/handler.ts";
import type { FollowedRequest } from "./requestTap.ts";

/** What a request leads to. */
export type RequestOutcome =
  /** Written so many times, after which the connection is not served for a while (KIP-219). */
  | {
      readonly type: "answer";
      readonly frame: ByteParts;
      readonly copies: number;
      readonly muteMs: number;
    }
  | { readonly type: "nothing" }
  /** Never answered, nor is anything behind it: a broker answers in order. */
  | { readonly type: "silence" }
  /** `torn` is written before: the beginning of an answer that never ends. */
  | { readonly type: "close"; readonly reason: string; readonly torn?: Uint8Array | undefined };

/** Where a request came from. */
export interface RequestOrigin {
  readonly broker: Broker;
  readonly node: BrokerNode;
  readonly clientHost: string;
  readonly onGone: Event<void>;
  /** Told which rules act on the request. */
  readonly followed?: FollowedRequest | undefined;
}

/**
 * The way of every request, from any client and from the playground's own producers: past the faults, through its
 * handler, and past the faults again.
 */
export async function serveRequest(
  request: OpenRequest,
  apiName: string,
  origin: RequestOrigin,
): Promise<RequestOutcome> {
  const { broker, node, clientHost, onGone, followed } = origin;
  const { version, clientId } = request;
  // Only worked out when there is a rule to ask for it.
  let subject: FaultSubject | undefined;
  let follower: AnswerFollower | undefined;
  let closing: string | undefined;
  const faulted: FaultedRequest = {
    subject() {
      subject ??= { api: apiName, version, nodeId: node.nodeId, clientId, ...request.subject(broker) };
      return subject;
    },
    onGone,
    struck: (faultId) => followed?.faulted(faultId),
    held: (faultId) => follower?.held?.(faultId),
  };

  // Before the request takes effect: what it is about may be gone afterwards.
  if (!broker.faults.isEmpty) faulted.subject();
  const before = await broker.faults.pass("request", faulted);
  if (before.type !== "proceed") return instead(before, request);

  const context = (): RequestContext => ({
    broker,
    node,
    version,
    clientId,
    clientHost,
    requestNumber: broker.nextRequestNumber(),
    onGone,
    editFor: (partition) => broker.faults.editFor(faulted, partition),
    follow: (wanted) => {
      follower = wanted;
    },
    refuseByClosing: (reason) => {
      closing = reason;
    },
  });
  let frame = await request.handle(context());
  for (let repeat = 0; repeat < before.repeats && closing === undefined; repeat++) {
    follower?.done?.("keptBack");
    follower = undefined;
    frame = await request.handle(context());
  }
  if (closing !== undefined) return { type: "close", reason: closing };

  const after = await broker.faults.pass("response", faulted);
  follower?.done?.(after.type === "drop" || after.type === "cut" ? "keptBack" : "answered");
  if (after.type !== "proceed") return instead(after, request, frame);
  if (frame === undefined) return unanswered(after.changes);
  return changedBy(after.changes, { broker, request, frame });
}

/** Who expects no answer can be told of an error only by the end of the connection, as Kafka does with acks=0. */
function unanswered(changes: readonly DueChange[]): RequestOutcome {
  const refusal = changes.find(({ change }) => change.kind === "partitionError")?.change;
  for (const { change, settled } of changes) settled(change === refusal ? 1 : 0);
  return refusal?.kind === "partitionError" ? closedFor(refusal.code) : { type: "nothing" };
}

function closedFor(code: KnownErrorName): RequestOutcome {
  return { type: "close", reason: `a fault answers ${code} to a request that expects no answer` };
}

/** Most answers go as they are; only a rule makes that the answer is read once more. */
function changedBy(
  changes: readonly DueChange[],
  answer: { readonly broker: Broker; readonly request: OpenRequest; readonly frame: ByteParts },
): RequestOutcome {
  const { broker, request, frame } = answer;
  if (changes.length === 0) return plainAnswer(frame);
  let places: readonly number[] = [];
  const changed = request.changed(frame, (body) => {
    places = changeAnswer(body, changes, (topicId) => broker.topics.byId(topicId)?.name);
  });
  for (const [index, { change, settled }] of changes.entries()) {
    const isInAnswer = change.kind !== "duplicate" && change.kind !== "throttle";
    // An answer that cannot be written as it was changed goes as it was.
    settled(isInAnswer && changed === undefined ? 0 : (places[index] ?? 1));
  }
  const copies = changes.some(({ change }) => change.kind === "duplicate") ? 2 : 1;
  return { type: "answer", frame: changed ?? frame, copies, muteMs: muteMsOf(changes) };
}

/** An answer that no rule has changed. */
export function plainAnswer(frame: Uint8Array | ByteParts): RequestOutcome {
  return { type: "answer", frame: ByteParts.of(frame), copies: 1, muteMs: 0 };
}

function instead(
  outcome: Exclude<FaultOutcome, { readonly type: "proceed" }>,
  request: OpenRequest,
  frame?: ByteParts,
): RequestOutcome {
  switch (outcome.type) {
    case "error":
      return request.expectsAnswer
        ? plainAnswer(request.failed(errorCode(outcome.code)))
        : closedFor(outcome.code);
    case "drop":
      return { type: request.expectsAnswer ? "silence" : "nothing" };
    case "cut":
      return {
        type: "close",
        reason: "a fault cut the connection",
        torn: outcome.midFrame ? frame?.joined().slice(0, frame.length >> 1) : undefined,
      };
  }
}
