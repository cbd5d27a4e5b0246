import type { TlsOptions } from "#base/transport.ts";
import type { SaslCredentials } from "#network/sasl/saslCredentials.ts";
import { ChannelError } from "../channel/channelError.ts";
import type { ProfileWithSecrets, SaslProfile, TlsProfile } from "../channel/clusterProfile.ts";
import type { HostDeps } from "../hostDeps.ts";

/** What a client needs to reach a cluster, with certificates read and the password put in place. */
export interface ConnectionSettings {
  readonly bootstrapServers: readonly string[];
  readonly tls: TlsOptions | undefined;
  readonly sasl: SaslCredentials | undefined;
}

type Deps = Pick<HostDeps, "files" | "runCommand" | "environment">;

/** Reads the files a profile names. Rejects with ChannelError when one cannot be read. */
export async function connectionSettings(
  { profile, secrets }: ProfileWithSecrets,
  deps: Deps,
): Promise<ConnectionSettings> {
  return {
    bootstrapServers: profile.bootstrapServers,
    tls: profile.tls && (await tlsOptions(profile.tls, secrets.keyPassphrase, deps)),
    sasl: profile.sasl && saslCredentials(profile.sasl, secrets.password, deps),
  };
}

async function tlsOptions(tls: TlsProfile, passphrase: string | undefined, deps: Deps): Promise<TlsOptions> {
  const [ca, cert, key] = await Promise.all([
    readPem(tls.caFile, "CA file", deps),
    readPem(tls.certFile, "client certificate", deps),
    readPem(tls.keyFile, "private key", deps),
  ]);
  return {
    ca,
    cert,
    key,
    passphrase,
    serverName: tls.serverName,
    ...(tls.acceptAnyCertificate && { rejectUnauthorized: false }),
  };
}

async function readPem(file: string | undefined, what: string, { files }: Deps): Promise<string | undefined> {
  if (file === undefined) return undefined;
  try {
    return new TextDecoder().decode(await files.read(file));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ChannelError(
      "REFUSED",
      `The ${what} ${file} cannot be read (${why}). Edit the cluster to choose another.`,
    );
  }
}

function saslCredentials(sasl: SaslProfile, password: string | undefined, deps: Deps): SaslCredentials {
  if (sasl.mechanism !== "OAUTHBEARER") return { ...sasl, password: password ?? "" };
  const { token } = sasl;
  return {
    mechanism: "OAUTHBEARER",
    token: async () => {
      if (token.from === "command") return firstLine(await deps.runCommand(token.command));
      const value = deps.environment(token.variable);
      if (value === undefined) {
        throw new Error(`the environment variable ${token.variable} is not set in the editor's process`);
      }
      return value.trim();
    },
  };
}

/** Commands may print more than the token, such as a notice below it. */
function firstLine(output: string): string {
  return output.trim().split(/\r?\n/, 1)[0] ?? "";
}
