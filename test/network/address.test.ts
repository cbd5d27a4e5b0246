import { expect, test } from "vitest";
import { addressText, parseAddress } from "#network/address.ts";

test.each([
  ["broker:9092", { host: "broker", port: 9092 }],
  [" kafka-1.example.org:19092 ", { host: "kafka-1.example.org", port: 19_092 }],
  ["[::1]:9092", { host: "::1", port: 9092 }],
  ["[fe80::1%eth0]:9092", { host: "fe80::1%eth0", port: 9092 }],
  ["SASL_SSL://broker:9093", { host: "broker", port: 9093 }],
])("%s is an address", (text, endpoint) => {
  expect(parseAddress(text)).toEqual(endpoint);
});

test.each([
  "",
  "broker",
  "broker:",
  ":9092",
  "broker:0",
  "broker:65536",
  "::1:9092",
  "a b:9092",
  "broker:9092/x",
])("%j is none", (text) => {
  expect(parseAddress(text)).toBeUndefined();
});

test("an IPv6 address is written in brackets", () => {
  expect([addressText({ host: "::1", port: 1 }), addressText({ host: "b", port: 2 })]).toEqual([
    "[::1]:1",
    "b:2",
  ]);
});

test("control characters of an advertised host show in messages, and do nothing there", () => {
  expect(addressText({ host: "ev\u0000il\n\u001b[31m", port: 9092 })).toBe("ev%00il%0A%1B[31m:9092");
});
