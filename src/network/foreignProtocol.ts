/** Something that answers on the port and is not a Kafka broker spoken to the right way. */
export interface ForeignProtocol {
  readonly kind: "http" | "tls" | "ssh" | "text";
  /** Completes "the broker …". */
  readonly message: string;
}

const tlsAlert = 0x15;
const tlsHandshake = 0x16;

/**
 * What the first bytes of an answer look like, or undefined. All these read as sizes far above any frame we accept, so
 * a size within bounds never comes here.
 */
export function recognise(head: Uint8Array): ForeignProtocol | undefined {
  const [type, version] = head;
  if ((type === tlsAlert || type === tlsHandshake) && version === 3) {
    return {
      kind: "tls",
      message: "answered with TLS: this port is a TLS listener, so switch TLS on, or take its plaintext port",
    };
  }
  const text = printable(head);
  if (text === undefined) return undefined;
  if (text.startsWith("HTTP")) {
    return {
      kind: "http",
      message:
        "answered with HTTP: this looks like a web server (a REST proxy, registry, or console), not a Kafka listener",
    };
  }
  if (text.startsWith("SSH-")) {
    return { kind: "ssh", message: "answered as an SSH server: this is not the port of Kafka" };
  }
  return {
    kind: "text",
    message: `answered with text (${JSON.stringify(text)}): this is not a Kafka listener`,
  };
}

/** The beginning as text when it is nothing but printable ASCII. */
function printable(head: Uint8Array): string | undefined {
  let text = "";
  for (const byte of head.subarray(0, 60)) {
    const isLineEnd = byte === 0x0d || byte === 0x0a;
    if (!isLineEnd && (byte < 0x20 || byte > 0x7e)) return text.length >= 8 ? text : undefined;
    text += String.fromCharCode(byte);
  }
  return text.length >= 4 ? text : undefined;
}
