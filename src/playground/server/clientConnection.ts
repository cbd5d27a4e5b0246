import type { ByteParts } from "#base/byteParts.ts";
import { Emitter } from "#base/events.ts";
import { type Disposable, DisposableStore, toDisposable } from "#base/lifecycle.ts";
import type { ByteStream } from "#base/transport.ts";
import { FrameAssembler, type FrameProblem } from "#network/frameAssembler.ts";
import { apiVersions } from "#protocol/apis/apiVersions.ts";
import { errorCode } from "#protocol/errorCodes.ts";
import { decodeRequestHeader, encodeResponse } from "#protocol/message.ts";
import type { Broker } from "../broker.ts";
import type { BrokerNode } from "../cluster/clusterNodes.ts";
import { advertised } from "../handlers/apiVersions.ts";
import type { Handler } from "../handlers/handler.ts";
import { plainAnswer, type RequestOrigin, type RequestOutcome, serveRequest } from "./requestPath.ts";
import type { FollowedRequest, TappedEnd } from "./requestTap.ts";
import { SaslSession } from "./saslSession.ts";
import { signInRequest } from "./signInRequest.ts";
import type { TurnShare } from "./turnShare.ts";

/** Why and where a connection ended. */
export interface ConnectionEnd {
  readonly nodeId: number;
  readonly remote: string;
  readonly clientId: string | undefined;
  readonly reason: string;
  /** `refused`: the playground ended it for what came, or at a rule's word. `stopped`: the playground or the node stopped. */
  readonly cause: "client" | "refused" | "stopped";
}

/** Who is connected, as far as it said. */
export interface ConnectedClient {
  /** Empty when it gives none. */
  readonly clientId: string;
  readonly remote: string;
}

/** What a connection needs of its node. */
export interface ConnectionDeps {
  readonly broker: Broker;
  readonly node: BrokerNode;
  readonly handlers: ReadonlyMap<number, Handler>;
  readonly turns: TurnShare;
  /** Whether all connections together hold no more than they may. */
  hasRoom(): boolean;
  /** Told before each request is served. */
  onRequest(clientId: string): void;
  onEnded(end: ConnectionEnd): void;
}

/** A frame's own size stands in front of it. */
const frameSizeBytes = 4;

/** Requests, and bytes of them, that may wait behind the one being served before reading stops. */
const queueLimit = 64;
const queueBytesLimit = 1024 * 1024;

const refusalDelayMs = 100;

/** The longest request of a client that has not signed in, in bytes: `sasl.server.max.receive.size` of Kafka. */
const strangerRequestBytes = 512 * 1024;

/** A connection that holds no more than this is not asked how much all of them hold. */
const littleBytes = 64 * 1024;

/**
 * One client's connection. As in Kafka, one request at a time is served, so answers come in the order of the requests
 * and one that waits holds back only its own connection. Bytes that are no requests end it, with a reason.
 */
export class ClientConnection implements Disposable {
  readonly #stream: ByteStream;
  readonly #deps: ConnectionDeps;
  readonly #assembler: FrameAssembler;
  readonly #gone = new Emitter<void>();
  readonly #owned = new DisposableStore();
  readonly #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  #unsentBytes = 0;
  #isServing = false;
  #isPaused = false;
  /** Why it ended; undefined while it is open. */
  #endReason: string | undefined;
  readonly #signIn: SaslSession | undefined;
  /** It could not sign in, and is about to be closed. */
  #isRefused = false;
  #clientId: string | undefined;

  constructor(stream: ByteStream, deps: ConnectionDeps) {
    this.#stream = stream;
    this.#deps = deps;
    const { saslUsers } = deps.broker;
    this.#signIn = saslUsers && new SaslSession(saslUsers);
    const { settings, requestMemory } = deps.broker;
    this.#assembler = new FrameAssembler(settings.maxRequestBytes, (bytes) => requestMemory.allocate(bytes));
    this.#owned.add(stream.onData((chunk) => this.#take(chunk)));
    this.#owned.add(
      stream.onClose((error) =>
        this.#end(error ? `the client is gone: ${error.message}` : "the client closed it", "client"),
      ),
    );
  }

  /** Undefined before its first request. */
  get client(): ConnectedClient | undefined {
    const { remote } = this.#stream;
    return this.#clientId === undefined ? undefined : { clientId: this.#clientId, remote };
  }

  get nodeId(): number {
    return this.#deps.node.nodeId;
  }

  /** Bytes of requests that were not served yet, and of answers the client did not take yet. */
  get heldBytes(): number {
    return (this.#assembler.partial?.bytes ?? 0) + this.#queuedBytes + this.#unsentBytes;
  }

  /** Ends the connection from the broker's side. */
  close(reason: string, cause: "refused" | "stopped"): void {
    this.#end(reason, cause);
  }

  dispose(): void {
    this.#end("the playground stopped", "stopped");
  }

  #take(chunk: Uint8Array): void {
    const frames = this.#assembler.push(chunk);
    if (this.#isTooMuchOfStranger(frames)) {
      this.#endOfGarbage("a client that had not signed in announced more bytes than such a client may send");
      return;
    }
    for (const frame of frames) {
      this.#queue.push(frame);
      this.#queuedBytes += frame.length;
    }
    if (this.#queue.length > queueLimit || this.#queuedBytes > queueBytesLimit) this.#setPaused(true);
    if (!this.#hasRoom()) {
      this.#end("the requests of all clients together are more than the playground holds");
      return;
    }
    if (!this.#isServing) void this.#serveQueue();
    const { problem } = this.#assembler;
    if (!problem || this.#endReason !== undefined) return;
    this.#endOfGarbage(frameReason(problem));
  }

  /** Whoever is not known yet could hold memory for nothing. */
  #isTooMuchOfStranger(frames: readonly Uint8Array[]): boolean {
    if (this.#signIn === undefined || this.#signIn.isDone) return false;
    const announced = (this.#assembler.partial?.of ?? 0) - frameSizeBytes;
    return [announced, ...frames.map(({ length }) => length)].some((bytes) => bytes > strangerRequestBytes);
  }

  #endOfGarbage(reason: string): void {
    this.#deps.broker.requestTap?.garbage({ nodeId: this.nodeId, remote: this.#stream.remote }, reason);
    this.#end(reason);
  }

  async #serveQueue(): Promise<void> {
    this.#isServing = true;
    for (;;) {
      const frame = this.#queue.shift();
      if (frame === undefined || this.#endReason !== undefined) break;
      const followed = this.#follow(frame);
      const outcome = await this.#serveSafely(frame, followed);
      followed?.ended(this.#endOf(outcome));
      await this.#carryOut(outcome);
      // Counted until it is answered: a request that waits is held all the while.
      this.#queuedBytes -= frame.length;
      const isShort = this.#queue.length <= queueLimit / 2 && this.#queuedBytes <= queueBytesLimit / 2;
      if (isShort) this.#setPaused(false);
      if (this.#queue.length > 0) await this.#deps.turns.take();
    }
    this.#isServing = false;
  }

  async #carryOut(outcome: RequestOutcome): Promise<void> {
    if (this.#endReason !== undefined || outcome.type === "nothing") return;
    if (outcome.type === "silence") {
      await this.#until(() => toDisposable(() => {}));
      return;
    }
    if (outcome.type === "close") {
      if (outcome.torn) this.#stream.write(outcome.torn);
      this.#end(outcome.reason);
      return;
    }
    for (let copy = 0; copy < outcome.copies; copy++) await this.#write(outcome.frame);
    if (outcome.muteMs > 0) await this.#pause(outcome.muteMs);
  }

  async #write(frame: ByteParts): Promise<void> {
    if (this.#endReason !== undefined || this.#stream.write(frame)) return;
    this.#unsentBytes = frame.length;
    if (!this.#hasRoom()) {
      this.#end("the answers that clients do not read are more than the playground holds");
      return;
    }
    await this.#until((proceed) => this.#stream.onDrain(proceed));
    this.#unsentBytes = 0;
  }

  /** Serves nothing for a while, as Kafka mutes the channel of a client that is over its quota. */
  async #pause(ms: number): Promise<void> {
    await this.#until((proceed) => this.#deps.broker.clock.schedule(ms, proceed));
  }

  /** Settles when what was begun says so, or when the connection ended. */
  #until(begin: (proceed: () => void) => Disposable): Promise<void> {
    if (this.#endReason !== undefined) return Promise.resolve();
    return new Promise((resolve) => {
      const waits = new DisposableStore();
      const proceed = () => {
        waits.dispose();
        resolve();
      };
      waits.add(begin(proceed));
      waits.add(this.#gone.event(proceed));
    });
  }

  /** Who holds little is never turned away for what others hold. */
  #hasRoom(): boolean {
    return this.heldBytes <= littleBytes || this.#deps.hasRoom();
  }

  #follow(frame: Uint8Array): FollowedRequest | undefined {
    const tap = this.#deps.broker.requestTap;
    if (tap === undefined) return undefined;
    const signIn = this.#signIn;
    const phase =
      signIn === undefined || signIn.isDone ? "signedIn" : signIn.expectsBareToken ? "token" : "signingIn";
    return tap.came({ frame, nodeId: this.nodeId, remote: this.#stream.remote, phase });
  }

  #endOf(outcome: RequestOutcome): TappedEnd {
    if (outcome.type === "close") return { type: "closed", reason: outcome.reason };
    if (this.#endReason !== undefined) return { type: "closed", reason: this.#endReason };
    return outcome.type === "answer" ? { type: "answered", frame: outcome.frame } : { type: "unanswered" };
  }

  /** A defect of ours must cost one connection, not the playground; it is named in the reason. */
  async #serveSafely(frame: Uint8Array, followed: FollowedRequest | undefined): Promise<RequestOutcome> {
    try {
      return await this.#serve(frame, followed);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      return { type: "close", reason: `the playground failed on a request: ${text}` };
    }
  }

  async #serve(frame: Uint8Array, followed: FollowedRequest | undefined): Promise<RequestOutcome> {
    const signIn = this.#signIn;
    if (signIn === undefined || signIn.isDone) return this.#serveRequest(frame, followed);
    if (this.#isRefused) return { type: "nothing" };
    const { handlers } = this.#deps;
    const opened = signInRequest(frame, { signIn, handlers, onRefused: (reason) => this.#refuse(reason) });
    if (opened !== undefined) return serveRequest(opened.request, opened.apiName, this.#origin(followed));
    const outcome = signIn.take(frame);
    if (outcome.type === "pass") return this.#serveRequest(frame, followed);
    if (outcome.type === "answer") return plainAnswer(outcome.frame);
    if (outcome.frame === undefined) return { type: "close", reason: outcome.reason };
    this.#refuse(outcome.reason);
    return plainAnswer(outcome.frame);
  }

  /** The client gets time to read why, as with Kafka's `connection.failed.authentication.delay.ms`. */
  #refuse(reason: string): void {
    this.#isRefused = true;
    const { clock } = this.#deps.broker;
    this.#owned.add(clock.schedule(refusalDelayMs, () => this.#end(reason)));
  }

  #origin(followed: FollowedRequest | undefined): RequestOrigin {
    const { broker, node } = this.#deps;
    const clientHost = `/${hostOf(this.#stream.remote)}`;
    return { broker, node, clientHost, onGone: this.#gone.event, followed };
  }

  async #serveRequest(frame: Uint8Array, followed: FollowedRequest | undefined): Promise<RequestOutcome> {
    const header = decodeRequestHeader(frame);
    if (!header.ok) return { type: "close", reason: `a request header is garbage: ${header.error.message}` };
    const { apiKey, apiVersion, correlationId, clientId } = header.value;
    this.#clientId = clientId ?? this.#clientId ?? "";
    this.#deps.onRequest(this.#clientId);
    const { handlers } = this.#deps;
    const handler = handlers.get(apiKey);
    if (handler === undefined) return { type: "close", reason: `API key ${apiKey} is not served` };
    const [min, max] = handler.versions;
    if (apiVersion < min || apiVersion > max) {
      if (apiKey !== apiVersions.key) {
        const reason = `${handler.api.name} version ${apiVersion} is not served, only ${min} to ${max}`;
        return { type: "close", reason };
      }
      // KIP-511: in version 0, so that any client can read it and try again.
      const body = {
        errorCode: errorCode("UNSUPPORTED_VERSION"),
        apiKeys: advertised(handlers.values(), this.#deps.broker.settings.kafkaVersion),
      };
      return plainAnswer(encodeResponse(apiVersions, { version: 0, correlationId }, body));
    }
    const request = handler.open(frame);
    if (!request.ok) {
      const reason = `a ${handler.api.name} request is garbage: ${request.error.message}`;
      return { type: "close", reason };
    }
    return serveRequest(request.value, handler.api.name, this.#origin(followed));
  }

  #setPaused(paused: boolean): void {
    if (this.#isPaused === paused) return;
    this.#isPaused = paused;
    this.#stream.setPaused(paused);
  }

  #end(reason: string, cause: ConnectionEnd["cause"] = "refused"): void {
    if (this.#endReason !== undefined) return;
    this.#endReason = reason;
    this.#queue.length = 0;
    this.#queuedBytes = 0;
    this.#owned.dispose();
    this.#gone.fire();
    this.#gone.dispose();
    this.#stream.dispose();
    const { node, onEnded } = this.#deps;
    onEnded({ nodeId: node.nodeId, remote: this.#stream.remote, clientId: this.#clientId, reason, cause });
  }
}

function frameReason({ code, foreign }: FrameProblem): string {
  if (code === "FRAME_TOO_LARGE") return "a request announced more bytes than the playground accepts";
  const what = "what came is no Kafka request";
  return foreign?.kind === "tls" ? `${what}: it is TLS, and this port speaks plain text` : what;
}

function hostOf(remote: string): string {
  const colon = remote.lastIndexOf(":");
  return colon < 0 ? remote : remote.slice(0, colon);
}
