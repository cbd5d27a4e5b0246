import { expect, test } from "vitest";
import type { ClusterProfile, ClusterSecrets } from "#host/channel/clusterProfile.ts";
import { connectionSettings } from "#host/clusters/connectionSettings.ts";
import { memoryFiles } from "../support/memoryFiles.ts";

const base: ClusterProfile = { id: "1", name: "staging", bootstrapServers: ["a:9093"] };

function read(
  profile: Partial<ClusterProfile>,
  secrets: ClusterSecrets = {},
  deps: { readonly output?: string; readonly variables?: Readonly<Record<string, string>> } = {},
) {
  const files = memoryFiles();
  files.contents.set("/ca.pem", "CA").set("/cert.pem", "CERT").set("/key.pem", "KEY");
  return connectionSettings(
    { profile: { ...base, ...profile }, secrets },
    {
      files,
      runCommand: () => Promise.resolve(deps.output ?? ""),
      environment: (name) => deps.variables?.[name],
    },
  );
}

test("without TLS and SASL there is neither", async () => {
  expect(await read({})).toEqual({ bootstrapServers: ["a:9093"], tls: undefined, sasl: undefined });
});

test("certificates are read, and the passphrase comes from the secrets", async () => {
  const { tls } = await read(
    { tls: { caFile: "/ca.pem", certFile: "/cert.pem", keyFile: "/key.pem" } },
    { keyPassphrase: "open" },
  );

  expect(tls).toMatchObject({ ca: "CA", cert: "CERT", key: "KEY", passphrase: "open" });
  expect(tls?.rejectUnauthorized).toBeUndefined();
});

test("any certificate is accepted only on the user's word", async () => {
  const { tls } = await read({ tls: { acceptAnyCertificate: true } });

  expect(tls?.rejectUnauthorized).toBe(false);
});

test("a file that cannot be read is named", async () => {
  await expect(read({ tls: { caFile: "/none.pem" } })).rejects.toThrow(/CA file \/none\.pem cannot be read/);
});

test("the password joins the user name", async () => {
  const { sasl } = await read(
    { sasl: { mechanism: "SCRAM-SHA-512", username: "dora" } },
    { password: "hunter2" },
  );

  expect(sasl).toEqual({ mechanism: "SCRAM-SHA-512", username: "dora", password: "hunter2" });
});

test("a token is the first line that the command prints, asked for anew each time", async () => {
  const { sasl } = await read(
    { sasl: { mechanism: "OAUTHBEARER", token: { from: "command", command: "login" } } },
    {},
    { output: "abc.def\nvalid for an hour\n" },
  );

  expect(sasl?.mechanism === "OAUTHBEARER" && (await sasl.token())).toBe("abc.def");
});

test("a token variable that is not set is named", async () => {
  const sasl = { mechanism: "OAUTHBEARER", token: { from: "environment", variable: "KAFKA_TOKEN" } } as const;

  const set = await read({ sasl }, {}, { variables: { KAFKA_TOKEN: " abc " } });
  const unset = await read({ sasl });

  expect(set.sasl?.mechanism === "OAUTHBEARER" && (await set.sasl.token())).toBe("abc");
  await expect(unset.sasl?.mechanism === "OAUTHBEARER" && unset.sasl.token()).rejects.toThrow(
    /KAFKA_TOKEN is not set/,
  );
});
