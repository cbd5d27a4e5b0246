import { pushTelemetry } from "#protocol/apis/pushTelemetry.ts";
import { errorCode } from "#protocol/errorCodes.ts";
import { defineHandler } from "./handler.ts";

/** A client's metrics (KIP-714): checked as Kafka checks them, and kept nowhere. */
export const pushTelemetryHandler = defineHandler({
  api: pushTelemetry,
  handle({ terminating: isTerminating, ...pushed }, { broker, node: { nodeId }, onGone }) {
    const asker = { nodeId, onGone, now: broker.clock.now() };
    return {
      throttleTimeMs: 0,
      errorCode: errorCode(broker.telemetry.push({ ...pushed, isTerminating }, asker)),
    };
  },
  failed: (_request, code) => ({ throttleTimeMs: 0, errorCode: code }),
});
