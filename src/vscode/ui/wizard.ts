/** What one step of a guided flow did: gave the next draft, wants to go back, does not apply, or gave up. */
export type StepOutcome<Draft> = Draft | "back" | "skip" | "cancel";

/** One question. It knows whether there is something to go back to. */
export type Step<Draft> = (
  draft: Draft,
  place: { readonly canGoBack: boolean },
) => Promise<StepOutcome<Draft>>;

/**
 * Asks the questions in order; going back returns to the last one that was really asked, with what was known then.
 * Undefined when the user gave up.
 */
export async function runWizard<Draft extends object>(
  steps: readonly Step<Draft>[],
  start: Draft,
): Promise<Draft | undefined> {
  const asked: { readonly index: number; readonly draft: Draft }[] = [];
  let draft = start;
  let index = 0;
  for (;;) {
    const step = steps[index];
    if (!step) return draft;
    const outcome = await step(draft, { canGoBack: asked.length > 0 });
    if (outcome === "cancel") return undefined;
    if (outcome === "back") {
      const previous = asked.pop();
      if (!previous) return undefined;
      ({ index, draft } = previous);
    } else if (outcome === "skip") {
      index++;
    } else {
      asked.push({ index, draft });
      draft = outcome;
      index++;
    }
  }
}
