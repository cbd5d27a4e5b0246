import { expect, test } from "vitest";
import { runWizard, type Step, type StepOutcome } from "#vscode/ui/wizard.ts";

interface Draft {
  readonly said: readonly string[];
}

/** A step that answers as told, one answer per time it is asked; text is added to the draft. */
function step(
  name: string,
  asked: string[],
  ...answers: readonly ("next" | "back" | "skip" | "cancel")[]
): Step<Draft> {
  const left = [...answers];
  return (draft, place): Promise<StepOutcome<Draft>> => {
    asked.push(`${name}${place.canGoBack ? " back" : ""}`);
    const answer = left.shift() ?? "next";
    return Promise.resolve(answer === "next" ? { said: [...draft.said, name] } : answer);
  };
}

test("questions are asked in order, those that do not apply are passed over", async () => {
  const asked: string[] = [];

  const draft = await runWizard([step("a", asked), step("b", asked, "skip"), step("c", asked)], { said: [] });

  expect(draft?.said).toEqual(["a", "c"]);
  expect(asked).toEqual(["a", "b back", "c back"]);
});

test("going back returns to the last question really asked, with what was known then", async () => {
  const asked: string[] = [];

  const draft = await runWizard(
    [step("a", asked), step("b", asked, "skip", "skip"), step("c", asked, "back", "next")],
    { said: [] },
  );

  expect(draft?.said).toEqual(["a", "c"]);
  expect(asked.filter((each) => each.startsWith("a"))).toEqual(["a", "a"]);
});

test("giving up anywhere ends it with nothing", async () => {
  const draft = await runWizard([step("a", []), step("b", [], "cancel")], { said: [] });

  expect(draft).toBeUndefined();
});
