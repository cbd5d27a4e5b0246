import { expect, test } from "vitest";
import { isInScope, PauseRules } from "#engine/position/pauseRules.ts";

const orders0 = { topic: "orders", partition: 0 };
const orders1 = { topic: "orders", partition: 1 };
const other0 = { topic: "other", partition: 0 };

test("the narrowest order counts, and a wider one after it replaces it", () => {
  const rules = new PauseRules();
  const paused = () => [orders0, orders1, other0].map((key) => rules.isPaused(key));

  rules.set({ all: true }, true);
  const all = paused();
  rules.set(orders0, false);
  const oneResumed = paused();
  rules.set({ topic: "orders" }, true);
  const topicPaused = paused();
  rules.set({ all: true }, false);
  const none = paused();

  expect(all).toEqual([true, true, true]);
  expect(oneResumed).toEqual([false, true, true]);
  expect(topicPaused).toEqual([true, true, true]);
  expect(none).toEqual([false, false, false]);
});

test("a scope is everything, a topic, or a partition", () => {
  const scopes = [{ all: true } as const, { topic: "orders" }, { topic: "orders", partition: 1 }];

  const inScope = scopes.map((scope) => [orders0, orders1, other0].map((key) => isInScope(scope, key)));

  expect(inScope).toEqual([
    [true, true, true],
    [true, true, false],
    [false, true, false],
  ]);
});
