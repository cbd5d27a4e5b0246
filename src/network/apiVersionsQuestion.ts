import type { Api, RequestInput, ResponseOf } from "#protocol/api.ts";
import { apiVersions } from "#protocol/apis/apiVersions.ts";
import { errorCode, errorName } from "#protocol/errorCodes.ts";
import { ConnectionError } from "./connectionError.ts";
import { type BrokerVersions, commonVersions, type VersionRange } from "./negotiation.ts";

/** Sends a request in a given version, at once, before anything was negotiated. */
export type Ask = <A extends Api>(api: A, version: number, body: RequestInput<A>) => Promise<ResponseOf<A>>;

/**
 * Asks a broker what it speaks, in our newest version. A broker that does not know that version answers
 * UNSUPPORTED_VERSION in version 0, and says there which versions of the question it knows (KIP-511); one that says
 * nothing is asked in version 0.
 */
export async function askVersions(ask: Ask, broker: string): Promise<BrokerVersions> {
  const question = { clientSoftwareName: "groupscope", clientSoftwareVersion: "1" };
  let response = await ask(apiVersions, apiVersions.versions[1], question);
  if (response.errorCode !== 0) response = await ask(apiVersions, secondAttempt(response), question);
  if (response.errorCode !== 0) {
    const message = `${broker} answered ApiVersions with ${errorName(response.errorCode)}: no version of it is known to both sides`;
    throw new ConnectionError("UNSUPPORTED_VERSION", message, { broker });
  }
  return offeredIn(response);
}

function secondAttempt(refusal: ResponseOf<typeof apiVersions>): number {
  if (refusal.errorCode !== errorCode("UNSUPPORTED_VERSION")) return 0;
  const theirs = offeredIn(refusal).get(apiVersions.key);
  return (theirs && commonVersions(apiVersions.versions, theirs)?.[1]) ?? 0;
}

function offeredIn({ apiKeys }: ResponseOf<typeof apiVersions>): BrokerVersions {
  return new Map(
    apiKeys.map(({ apiKey, minVersion, maxVersion }): [number, VersionRange] => [
      apiKey,
      [minVersion, maxVersion],
    ]),
  );
}
