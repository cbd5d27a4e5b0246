import { expect, test } from "vitest";
import { parseProfiles } from "#vscode/configuration/profileParsing.ts";

const staging = { id: "1", name: "staging", bootstrapServers: ["a:9092"] };

test("a profile with everything is read as it is", () => {
  const full = {
    ...staging,
    tls: { caFile: "/ca.pem", certFile: "/c.pem", keyFile: "/k.pem" },
    sasl: { mechanism: "OAUTHBEARER", token: { from: "command", command: "login" } },
  };

  expect(parseProfiles([full])).toEqual({ profiles: [full], problems: [] });
});

test("a password that someone wrote into the settings is not taken over", () => {
  const { profiles } = parseProfiles([
    { ...staging, password: "x", sasl: { mechanism: "PLAIN", username: "u", password: "x" } },
  ]);

  expect(profiles).toEqual([{ ...staging, sasl: { mechanism: "PLAIN", username: "u" } }]);
});

test.each([
  ["text", /not an object/],
  [{ ...staging, id: "" }, /no id/],
  [{ ...staging, id: "playground" }, /reserved/],
  [{ ...staging, name: 5 }, /no name/],
  [{ ...staging, bootstrapServers: [] }, /no bootstrap server/],
  [{ ...staging, tls: "yes" }, /tls that is not an object/],
  [{ ...staging, tls: { caFile: 1 } }, /tls\.caFile/],
  [{ ...staging, tls: { certFile: "/c.pem" } }, /without a key/],
  [{ ...staging, sasl: { mechanism: "GSSAPI" } }, /GSSAPI/],
  [{ ...staging, sasl: { mechanism: "PLAIN" } }, /sasl\.username/],
  [{ ...staging, sasl: { mechanism: "OAUTHBEARER", token: {} } }, /token/],
])("a broken entry is left out and said: %j", (entry, problem) => {
  const parsed = parseProfiles([entry, { ...staging, id: "2" }]);

  expect(parsed.profiles.map(({ id }) => id)).toEqual(["2"]);
  expect(parsed.problems.join()).toMatch(problem);
});

test("two entries with one id are not two clusters", () => {
  const parsed = parseProfiles([staging, staging]);

  expect(parsed.profiles).toHaveLength(1);
  expect(parsed.problems).toHaveLength(1);
});

test("a setting that is no list gives no cluster instead of a failure", () => {
  expect(parseProfiles({ a: 1 }).problems).toHaveLength(1);
  expect(parseProfiles(undefined)).toEqual({ profiles: [], problems: [] });
});
