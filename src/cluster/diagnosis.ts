import { CancelledError, type Clock } from "#base/clock.ts";
import { ConnectError, type Endpoint, type TlsOptions, type Transport } from "#base/transport.ts";
import { addressText } from "#network/address.ts";
import type { Cluster } from "#network/cluster.ts";
import type { BrokerNode, ClusterMetadata } from "#network/clusterMetadata.ts";
import { ConnectionError } from "#network/connectionError.ts";
import type { ConnectionStage, ConnectionStep } from "#trace/observations/cluster.ts";
import { reasonOf } from "./reason.ts";

/** What is tried, and with what. */
export interface DiagnosisOptions {
  readonly bootstrapServers: readonly Endpoint[];
  readonly tls: TlsOptions | undefined;
  /** The mechanism, when SASL is configured. */
  readonly saslMechanism: string | undefined;
  readonly transport: Transport;
  readonly clock: Clock;
  /** A client that knows this one bootstrap server only; closed by the diagnosis. */
  readonly openClient: (server: Endpoint) => Cluster;
  /** For each attempt to connect. */
  readonly timeoutMs: number;
  /** Called after every step, so that progress can be shown. */
  readonly onStep?: (step: ConnectionStep) => void;
}

/** How far a connection came. */
export interface Diagnosis {
  readonly ok: boolean;
  readonly steps: readonly ConnectionStep[];
  /** What failed first, in one sentence; undefined when all is well. */
  readonly failure: string | undefined;
  readonly metadata: ClusterMetadata | undefined;
}

/**
 * Connects step by step, and says how far it came: name, port, TLS, ApiVersions, SASL, Metadata, and whether every
 * broker can be reached at the address it advertises, which is where clients go after the first answer.
 * Rejects only with CancelledError, when `signal` aborts.
 */
export async function diagnoseConnection(
  options: DiagnosisOptions,
  signal?: AbortSignal,
): Promise<Diagnosis> {
  const steps: ConnectionStep[] = [];
  const report = (step: ConnectionStep) => {
    steps.push(step);
    options.onStep?.(step);
  };
  const server = await findReachable(options, report, signal);
  const metadata = server && (await askMetadata(options, { server, report }, signal));
  if (metadata) await tryAdvertised(options, { brokers: metadata.brokers.values(), report }, signal);

  const failed = metadata
    ? steps.find(({ stage, outcome }) => outcome === "failed" && stage === "advertised")
    : steps.findLast(({ outcome }) => outcome === "failed");
  return { ok: failed === undefined && metadata !== undefined, steps, failure: failed?.detail, metadata };
}

type Report = (step: ConnectionStep) => void;

const SOCKET_STAGES = ["resolve", "connect", "tls"] as const;

/** The first bootstrap server that accepts a connection; each one that does not is reported. */
async function findReachable(
  options: DiagnosisOptions,
  report: Report,
  signal: AbortSignal | undefined,
): Promise<Endpoint | undefined> {
  for (const server of options.bootstrapServers) {
    const failure = await reach(options, server, signal);
    for (const step of socketSteps(server, { failure, tls: options.tls !== undefined })) report(step);
    if (failure === undefined) return server;
  }
  return undefined;
}

/** Why a connection could not be opened, or undefined when it could. */
async function reach(
  options: DiagnosisOptions,
  target: Endpoint,
  signal: AbortSignal | undefined,
): Promise<{ readonly stage: (typeof SOCKET_STAGES)[number]; readonly detail: string } | undefined> {
  try {
    const stream = await options.transport.connect(
      { host: target.host, port: target.port, tls: options.tls, timeoutMs: options.timeoutMs },
      signal,
    );
    stream.dispose();
    return undefined;
  } catch (error) {
    signal?.throwIfAborted();
    if (ConnectError.is(error)) return { stage: error.stage, detail: sentence(error.message) };
    if (CancelledError.is(error, "deadline")) {
      return {
        stage: "connect",
        detail: `${addressText(target)} did not answer within ${options.timeoutMs / 1000} s. A firewall may drop the packets, or the address is wrong.`,
      };
    }
    return { stage: "connect", detail: reasonOf(error) };
  }
}

function socketSteps(
  server: Endpoint,
  found: { readonly failure: Awaited<ReturnType<typeof reach>>; readonly tls: boolean },
): readonly ConnectionStep[] {
  const { failure, tls } = found;
  const failedAt = failure ? SOCKET_STAGES.indexOf(failure.stage) : SOCKET_STAGES.length;
  return SOCKET_STAGES.slice(0, failedAt + 1).map((stage, index): ConnectionStep => {
    const tried = stage === "resolve" ? server.host : addressText(server);
    if (failure && index === failedAt) return { stage, tried, outcome: "failed", detail: failure.detail };
    if (stage === "tls" && !tls)
      return { stage, tried, outcome: "skipped", detail: "TLS is not configured." };
    return { stage, tried, outcome: "ok" };
  });
}

/** ApiVersions, SASL and Metadata on one server: one client does all three, and its failure names the stage. */
async function askMetadata(
  options: DiagnosisOptions,
  at: { readonly server: Endpoint; readonly report: Report },
  signal: AbortSignal | undefined,
): Promise<ClusterMetadata | undefined> {
  const { server, report } = at;
  const address = addressText(server);
  const client = options.openClient(server);
  const startedAt = options.clock.now();
  const conversation: readonly { stage: ConnectionStage; tried: string }[] = [
    { stage: "apiVersions", tried: address },
    { stage: "sasl", tried: options.saslMechanism ?? address },
    { stage: "metadata", tried: address },
  ];
  const okStep = (step: (typeof conversation)[number]): ConnectionStep =>
    step.stage === "sasl" && options.saslMechanism === undefined
      ? { ...step, outcome: "skipped", detail: "SASL is not configured." }
      : { ...step, outcome: "ok" };
  try {
    const metadata = await client.refreshMetadata({ topics: [], timeoutMs: options.timeoutMs, signal });
    const tookMs = options.clock.now() - startedAt;
    for (const step of conversation) report({ ...okStep(step), tookMs });
    return metadata;
  } catch (error) {
    signal?.throwIfAborted();
    const failedStage = stageOf(error);
    // With TLS 1.3 a client certificate is refused only after the handshake, by the first answer.
    if (failedStage === "tls") {
      report({ stage: "tls", tried: address, outcome: "failed", detail: sentence(reasonOf(rootOf(error))) });
      return undefined;
    }
    for (const step of conversation) {
      if (step.stage === failedStage) {
        report({ ...step, outcome: "failed", detail: failureOf(rootOf(error), options.saslMechanism) });
        return undefined;
      }
      report(okStep(step));
    }
    return undefined;
  } finally {
    client.close();
  }
}

/** Which part of the conversation a failure belongs to. */
function stageOf(error: unknown): "tls" | "sasl" | "apiVersions" | "metadata" {
  const cause = rootOf(error);
  if (ConnectError.is(cause, "tls")) return "tls";
  if (ConnectionError.is(cause, "AUTHENTICATION_FAILED", "UNSUPPORTED_MECHANISM")) return "sasl";
  if (ConnectionError.is(cause, "GARBAGE", "FRAME_TOO_LARGE", "UNSUPPORTED_VERSION", "CLOSED"))
    return "apiVersions";
  if (ConnectionError.is(cause, "TIMEOUT")) return "apiVersions";
  return "metadata";
}

/** What failed, in a sentence; of a refused login the likely cause first, as brokers do not say what to do. */
function failureOf(error: unknown, mechanism: string | undefined): string {
  const said = sentence(reasonOf(error));
  if (!ConnectionError.is(error, "AUTHENTICATION_FAILED") || mechanism === undefined) return said;
  const cause =
    mechanism === "OAUTHBEARER"
      ? "The broker does not take the token: it may be expired, or made for somebody else."
      : `The user name or the password is wrong, or the broker has no ${mechanism} login for that user.`;
  return `${cause} ${said}`;
}

/** Of "no broker answered", what the one broker said. */
function rootOf(error: unknown): unknown {
  if (!ConnectionError.is(error, "NO_BROKER") || !(error.cause instanceof AggregateError)) return error;
  return (error.cause.errors as readonly unknown[]).at(-1) ?? error;
}

async function tryAdvertised(
  options: DiagnosisOptions,
  found: { readonly brokers: Iterable<BrokerNode>; readonly report: Report },
  signal: AbortSignal | undefined,
): Promise<void> {
  await Promise.all(
    Array.from(found.brokers, async (broker) => {
      const startedAt = options.clock.now();
      const failure = await reach(options, broker, signal);
      const tried = `broker ${broker.nodeId} at ${addressText(broker)}`;
      if (failure === undefined) {
        const tookMs = options.clock.now() - startedAt;
        found.report({ stage: "advertised", tried, outcome: "ok", tookMs });
        return;
      }
      found.report({
        stage: "advertised",
        tried,
        outcome: "failed",
        detail: `Broker ${broker.nodeId} advertises ${addressText(broker)}, which cannot be reached from here: ${failure.detail} Clients use the advertised address after the first answer; set advertised.listeners to one that this machine reaches.`,
      });
    }),
  );
}

/** An error's text as a sentence of its own. */
function sentence(text: string): string {
  const trimmed = text.trim();
  const capital = trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}
