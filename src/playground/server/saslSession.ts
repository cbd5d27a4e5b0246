import { saslAuthenticate } from "#protocol/apis/saslAuthenticate.ts";
import { saslHandshake } from "#protocol/apis/saslHandshake.ts";
import { errorCode } from "#protocol/errorCodes.ts";
import { decodeRequest, decodeRequestHeader, encodeResponse } from "#protocol/message.ts";
import type { SaslExchange, SaslMechanism, SaslUsers } from "./saslUsers.ts";

/** What becomes of a frame before the client is known. */
export type SaslOutcome =
  /** It is an ApiVersions request, which everybody may ask. */
  | { readonly type: "pass" }
  | { readonly type: "answer"; readonly frame: Uint8Array }
  /** The answer, if any, and then the end. */
  | { readonly type: "refuse"; readonly frame?: Uint8Array; readonly reason: string };

type Phase =
  | { readonly state: "handshake" }
  | { readonly state: "tokens"; readonly isWrapped: boolean; readonly exchange: SaslExchange }
  | { readonly state: "done" };

const apiVersionsKey = 18;

/**
 * A client signs in (KIP-43, KIP-152), as a SASL listener of Kafka demands it before everything but ApiVersions.
 *
 *              SaslHandshake            SaslAuthenticate, or bare tokens after version 0
 *   handshake ─────────────▶ tokens ────────────────────────────────────────────────────▶ done
 *
 * Whatever else comes ends the connection. Neither names nor secrets are reported anywhere.
 */
export class SaslSession {
  readonly #users: SaslUsers;
  #phase: Phase = { state: "handshake" };

  constructor(users: SaslUsers) {
    this.#users = users;
  }

  get isDone(): boolean {
    return this.#phase.state === "done";
  }

  /** Whether the next frame is nothing but a token, as clients before KIP-152 send it. */
  get expectsBareToken(): boolean {
    return this.#phase.state === "tokens" && !this.#phase.isWrapped;
  }

  take(frame: Uint8Array): SaslOutcome {
    const phase = this.#phase;
    if (phase.state === "tokens" && !phase.isWrapped) return this.#takeBare(phase.exchange, frame);
    const header = decodeRequestHeader(frame);
    if (!header.ok) return { type: "refuse", reason: "what came before signing in is no Kafka request" };
    const { apiKey } = header.value;
    if (apiKey === apiVersionsKey && phase.state === "handshake") return { type: "pass" };
    if (apiKey === saslHandshake.key && phase.state === "handshake") return this.#takeHandshake(frame);
    if (apiKey === saslAuthenticate.key && phase.state === "tokens") {
      return this.#takeWrapped(phase.exchange, frame);
    }
    return { type: "refuse", reason: `API key ${apiKey} came before the client had signed in` };
  }

  #takeHandshake(frame: Uint8Array): SaslOutcome {
    const request = decodeRequest(saslHandshake, frame);
    if (!request.ok || request.value.header.apiVersion > saslHandshake.versions[1]) {
      return { type: "refuse", reason: "a SaslHandshake request is garbage" };
    }
    const { header, body } = request.value;
    const mechanism = this.#users.mechanisms.find((each) => each === body.mechanism);
    const answer = (code: number) =>
      encodeResponse(
        saslHandshake,
        { version: header.apiVersion, correlationId: header.correlationId },
        { errorCode: code, mechanisms: this.#users.mechanisms },
      );
    if (mechanism === undefined) {
      const reason = "the client wants a SASL mechanism that is not enabled";
      return { type: "refuse", frame: answer(errorCode("UNSUPPORTED_SASL_MECHANISM")), reason };
    }
    this.#begin(mechanism, header.apiVersion >= 1);
    return { type: "answer", frame: answer(0) };
  }

  #begin(mechanism: SaslMechanism, isWrapped: boolean): void {
    this.#phase = { state: "tokens", isWrapped, exchange: this.#users.begin(mechanism) };
  }

  #takeWrapped(exchange: SaslExchange, frame: Uint8Array): SaslOutcome {
    const request = decodeRequest(saslAuthenticate, frame);
    if (!request.ok) return { type: "refuse", reason: "a SaslAuthenticate request is garbage" };
    const { header, body } = request.value;
    const options = { version: header.apiVersion, correlationId: header.correlationId };
    const step = exchange.take(body.authBytes);
    if (step.type === "refused") {
      const answer = {
        errorCode: errorCode("SASL_AUTHENTICATION_FAILED"),
        errorMessage: step.message,
        authBytes: new Uint8Array(0),
      };
      return {
        type: "refuse",
        frame: encodeResponse(saslAuthenticate, options, answer),
        reason: "the client could not sign in",
      };
    }
    if (step.isDone) this.#phase = { state: "done" };
    const answer = { errorCode: 0, errorMessage: null, authBytes: step.token, sessionLifetimeMs: 0n };
    return { type: "answer", frame: encodeResponse(saslAuthenticate, options, answer) };
  }

  #takeBare(exchange: SaslExchange, token: Uint8Array): SaslOutcome {
    const step = exchange.take(token);
    if (step.type === "refused") return { type: "refuse", reason: "the client could not sign in" };
    if (step.isDone) this.#phase = { state: "done" };
    const frame = new Uint8Array(4 + step.token.length);
    new DataView(frame.buffer).setInt32(0, step.token.length);
    frame.set(step.token, 4);
    return { type: "answer", frame };
  }
}
