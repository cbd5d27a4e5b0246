import { ByteParts } from "#base/byteParts.ts";
import { saslAuthenticate } from "#protocol/apis/saslAuthenticate.ts";
import { saslHandshake } from "#protocol/apis/saslHandshake.ts";
import { decodeRequestHeader } from "#protocol/message.ts";
import type { Handler, OpenRequest } from "../handlers/handler.ts";
import type { SaslSession } from "./saslSession.ts";

/** What a request of signing in needs of its connection. */
export interface SignInDeps {
  readonly signIn: SaslSession;
  readonly handlers: ReadonlyMap<number, Handler>;
  /** Told when the client is answered that it may not come in: it is to be left. */
  onRefused(reason: string): void;
}

const signInKeys: ReadonlySet<number> = new Set([saslHandshake.key, saslAuthenticate.key]);

/**
 * A request of signing in as faults know requests, so that they act on it as on any other. Undefined for a bare token, and
 * for what is no such request or cannot be read: the session says what becomes of these.
 */
export function signInRequest(
  frame: Uint8Array,
  { signIn, handlers, onRefused }: SignInDeps,
): { readonly request: OpenRequest; readonly apiName: string } | undefined {
  if (signIn.expectsBareToken) return undefined;
  const header = decodeRequestHeader(frame);
  if (!header.ok || !signInKeys.has(header.value.apiKey)) return undefined;
  const handler = handlers.get(header.value.apiKey);
  if (handler === undefined || header.value.apiVersion > handler.versions[1]) return undefined;
  const opened = handler.open(frame);
  if (!opened.ok) return undefined;
  const handle: OpenRequest["handle"] = async (context) => {
    const outcome = signIn.take(frame);
    if (outcome.type === "answer") return ByteParts.of(outcome.frame);
    if (outcome.type === "pass") return undefined;
    if (outcome.frame === undefined) {
      context.refuseByClosing(outcome.reason);
      return undefined;
    }
    onRefused(outcome.reason);
    return ByteParts.of(outcome.frame);
  };
  return { request: { ...opened.value, handle }, apiName: handler.api.name };
}
