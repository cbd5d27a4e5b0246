import type { Event } from "#base/events.ts";
import { errorCode } from "#protocol/errorCodes.ts";
import type { Broker } from "../broker.ts";
import type { BrokerNode } from "../cluster/clusterNodes.ts";
import type { FaultSubject } from "../faults/faultRule.ts";
import type { FaultedRequest, FaultOutcome } from "../faults/faultTable.ts";
import type { AnswerFollower, OpenRequest, RequestContext } from "../handlers/handler.ts";

/** What a request leads to. */
export type RequestOutcome =
  | { readonly type: "answer"; readonly frame: Uint8Array }
  | { readonly type: "nothing" }
  | { readonly type: "close"; readonly reason: string };

/** Where a request came from. */
export interface RequestOrigin {
  readonly broker: Broker;
  readonly node: BrokerNode;
  readonly clientHost: string;
  readonly onGone: Event<void>;
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
  const { broker, node, clientHost, onGone } = origin;
  const { version, clientId } = request;
  // Only worked out when there is a rule to ask for it.
  let subject: FaultSubject | undefined;
  let follower: AnswerFollower | undefined;
  let closing: string | undefined;
  const faulted: FaultedRequest = {
    subject() {
      subject ??= { api: apiName, nodeId: node.nodeId, clientId, ...request.subject(broker) };
      return subject;
    },
    onGone,
    held: (faultId) => follower?.held?.(faultId),
  };

  const before = await broker.faults.pass("request", faulted);
  if (before.type !== "proceed") return instead(before, request);

  const context: RequestContext = {
    broker,
    node,
    version,
    clientId,
    clientHost,
    requestNumber: broker.nextRequestNumber(),
    onGone,
    editFor: (partition) => broker.faults.editFor(faulted.subject, partition),
    follow: (wanted) => {
      follower = wanted;
    },
    refuseByClosing: (reason) => {
      closing = reason;
    },
  };
  const frame = await request.handle(context);
  if (closing !== undefined) return { type: "close", reason: closing };

  const after = await broker.faults.pass("response", faulted);
  follower?.done?.(after.type === "drop" || after.type === "cut" ? "keptBack" : "answered");
  if (after.type !== "proceed") return instead(after, request);
  return frame === undefined ? { type: "nothing" } : { type: "answer", frame };
}

function instead(
  outcome: Exclude<FaultOutcome, { readonly type: "proceed" }>,
  request: OpenRequest,
): RequestOutcome {
  switch (outcome.type) {
    case "error":
      return { type: "answer", frame: request.failed(errorCode(outcome.code)) };
    case "drop":
      return { type: "nothing" };
    case "cut":
      return { type: "close", reason: "a fault cut the connection" };
  }
}
