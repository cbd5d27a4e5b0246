import type { Endpoint } from "#base/transport.ts";

/** `host:port`, an IPv6 address in brackets. */
export function addressText({ host, port }: Endpoint): string {
  const name = host.replace(/\p{Cc}/gu, encodeURIComponent);
  return name.includes(":") ? `[${name}]:${port}` : `${name}:${port}`;
}

/** The address in `host:port` or `[v6]:port`, with or without a listener's `NAME://` in front; undefined when it is none. */
export function parseAddress(text: string): Endpoint | undefined {
  const match = /^(?:[A-Za-z0-9_]+:\/\/)?(?:\[([0-9A-Fa-f:.]+(?:%[\w.-]+)?)\]|([^\s:/[\]]+)):(\d{1,5})$/.exec(
    text.trim(),
  );
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port };
}
