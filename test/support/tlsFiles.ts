import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { runOrThrow } from "./runProgram.ts";

/** Paths of PEM files: an authority, and a server (localhost, 127.0.0.1) and a client that it vouches for. */
export interface TlsFiles {
  readonly ca: string;
  readonly serverCert: string;
  readonly serverKey: string;
  /** Key and certificate in one file, as Kafka's PEM key store wants them. */
  readonly serverKeyStore: string;
  readonly clientCert: string;
  readonly clientKey: string;
}

const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

/** Makes a fresh authority with its two certificates in `folder`, by openssl. */
export async function createTlsFiles(folder: string): Promise<TlsFiles> {
  const openssl = (...args: string[]) => runOrThrow("openssl", args, { cwd: folder });
  const inFolder = (name: string) => path.join(folder, name);
  writeFileSync(
    inFolder("extensions"),
    "subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n",
  );

  const authority = ["-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=groupscope-test-ca"];
  await openssl("req", "-x509", ...newKey, "-days", "3650", ...authority);
  for (const [name, subject] of [
    ["server", "/CN=localhost"],
    ["client", "/CN=groupscope-test-client"],
  ] as const) {
    await openssl("req", ...newKey, "-keyout", `${name}.key`, "-out", `${name}.csr`, "-subj", subject);
    const signer = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "extensions"];
    await openssl("x509", "-req", "-in", `${name}.csr`, ...signer, "-days", "3650", "-out", `${name}.pem`);
  }
  writeFileSync(
    inFolder("server.store.pem"),
    readFileSync(inFolder("server.key"), "utf8") + readFileSync(inFolder("server.pem"), "utf8"),
  );
  return {
    ca: inFolder("ca.pem"),
    serverCert: inFolder("server.pem"),
    serverKey: inFolder("server.key"),
    serverKeyStore: inFolder("server.store.pem"),
    clientCert: inFolder("client.pem"),
    clientKey: inFolder("client.key"),
  };
}
