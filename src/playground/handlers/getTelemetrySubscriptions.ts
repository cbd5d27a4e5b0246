import { getTelemetrySubscriptions } from "#protocol/apis/getTelemetrySubscriptions.ts";
import { errorCode } from "#protocol/errorCodes.ts";
import { codecId } from "#protocol/records/recordBatch.ts";
import { zeroUuid } from "#protocol/wire/uuid.ts";
import { telemetryTerms } from "../telemetry/clientTelemetry.ts";
import { defineHandler } from "./handler.ts";

/** A client gets its instance id, and hears that nobody wants metrics of it (KIP-714). */
export const getTelemetrySubscriptionsHandler = defineHandler({
  api: getTelemetrySubscriptions,
  handle({ clientInstanceId }, { broker, node: { nodeId }, onGone }) {
    const known = clientInstanceId === zeroUuid ? undefined : clientInstanceId;
    const subscribed = broker.telemetry.subscribe(known, { nodeId, onGone, now: broker.clock.now() });
    if ("error" in subscribed) return refused(errorCode(subscribed.error));
    return {
      ...subscribed,
      throttleTimeMs: 0,
      errorCode: 0,
      acceptedCompressionTypes: telemetryTerms.compressions.map(codecId),
      pushIntervalMs: telemetryTerms.pushIntervalMs,
      telemetryMaxBytes: telemetryTerms.maxBytes,
      deltaTemporality: true,
      requestedMetrics: [],
    };
  },
  failed: (_request, code) => refused(code),
});

function refused(code: number) {
  return {
    throttleTimeMs: 0,
    errorCode: code,
    clientInstanceId: zeroUuid,
    subscriptionId: 0,
    acceptedCompressionTypes: [],
    pushIntervalMs: 0,
    telemetryMaxBytes: 0,
    deltaTemporality: false,
    requestedMetrics: [],
  };
}
