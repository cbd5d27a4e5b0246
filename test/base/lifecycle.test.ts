import { describe, expect, test } from "vitest";
import { Emitter } from "#base/events.ts";
import { DisposableStore, toDisposable } from "#base/lifecycle.ts";

describe("DisposableStore", () => {
  test("releases in reverse order, each once", () => {
    const released: string[] = [];
    const store = new DisposableStore();
    for (const name of ["a", "b", "c"]) store.add(toDisposable(() => released.push(name)));

    store.dispose();
    store.dispose();

    expect(released).toEqual(["c", "b", "a"]);
  });

  test("what comes too late is released at once", () => {
    const released: string[] = [];
    const store = new DisposableStore();
    store.dispose();

    store.add(toDisposable(() => released.push("late")));

    expect(released).toEqual(["late"]);
  });

  test("one release that throws does not keep the others from running", () => {
    const released: string[] = [];
    const store = new DisposableStore();
    store.add(toDisposable(() => released.push("a")));
    store.add({
      dispose: () => {
        throw new Error("stuck");
      },
    });
    store.add(toDisposable(() => released.push("c")));

    expect(() => store.dispose()).toThrow(AggregateError);

    expect(released).toEqual(["c", "a"]);
  });
});

describe("Emitter", () => {
  test("a listener added during delivery waits for the next event, one that left hears nothing", () => {
    const heard: string[] = [];
    const emitter = new Emitter<number>();
    const first = emitter.event((value) => {
      heard.push(`first ${value}`);
      if (value === 1) emitter.event((later) => heard.push(`second ${later}`));
    });

    emitter.fire(1);
    first.dispose();
    emitter.fire(2);

    expect(heard).toEqual(["first 1", "second 2"]);
  });
});
