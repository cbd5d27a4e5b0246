import { traceLines } from "#trace/traceFormat.ts";
import { ChannelError } from "../channel/channelError.ts";
import type { RequestHandlers } from "../channel/channelServer.ts";
import type { TraceRequests } from "../channel/traceRequests.ts";
import type { HostParts } from "../hostParts.ts";

/** Answers about traces: save what is kept, open one, close it. */
export function traceRequests({
  recording,
  traces,
  runningTraces,
  deps,
  configuration,
}: HostParts): RequestHandlers<TraceRequests> {
  return {
    "trace.save": async ({ file }) => {
      const replay = recording.recorder.replay();
      if (!replay)
        throw new ChannelError("REFUSED", "Nothing was observed yet, so there is nothing to save.");
      const bytes = await deps.files.write(file, traceLines(configuration.product, replay));
      return { observations: replay.observations.length, bytes };
    },
    "trace.open": ({ file }, { signal, progress }) => traces.open(file, { signal, progress }),
    "trace.close": ({ traceId }) => traces.close(traceId),
    "trace.kept": () =>
      configuration.storageDirectory === undefined ? [] : runningTraces.kept(configuration.storageDirectory),
    "trace.list": () => traces.list,
  };
}
