import type { SessionStarted } from "#trace/observations/session.ts";
import type { NotificationHandlers, RequestHandlers } from "../channel/channelServer.ts";
import type { LifecycleNotifications, LifecycleRequests, LostSession } from "../channel/hostContract.ts";
import type { HostParts } from "../hostParts.ts";

/** Answers about the worker itself. */
export function lifecycleRequests(parts: HostParts): RequestHandlers<LifecycleRequests> {
  return {
    "host.shutdown": async ({ deadlineMs }) => {
      // Whoever waits for a clock that stands still would not leave in time.
      parts.playground.letTimePass();
      parts.playground.members.stopAll();
      const couldNot = await parts.sessions.stopAll("the window closes", { deadlineMs: deadlineMs * 0.7 });
      await parts.playground.stop("the window closed");
      await parts.appender.flush();
      return { couldNot };
    },
    "host.health": () => ({
      heapUsedBytes: parts.deps.heap().usedBytes,
      observations: parts.recording.recorder.recorded,
      shed: parts.guard.shed,
    }),
  };
}

export function lifecycleNotifications(parts: HostParts): NotificationHandlers<LifecycleNotifications> {
  return {
    "host.configure": (configuration) => parts.configuration.set(configuration),
    "host.lostSessions": (sessions) => {
      for (const session of sessions) showAsEnded(parts, session);
    },
  };
}

/** A session of the worker before this one: shown, so that nobody wonders where it went, and as ended. */
function showAsEnded({ recording }: HostParts, lost: LostSession): void {
  const { clusterId, sessionId } = lost;
  const source = recording.openSource({ sourceId: sessionId, clusterId, vantage: "member" });
  // It is what an earlier worker observed, and came back as it was sent.
  source.observe(lost.started as SessionStarted);
  source.observe({
    type: "session.ended",
    sessionId,
    reason: "workerDied",
    message: "The process behind it ended by itself. Its group removes the member after the session timeout.",
    couldNot: [],
  });
  source.dispose();
}
