import { RE2JS, RE2JSException } from "re2js";
import { err, ok, type Result } from "./result.ts";

/** A pattern that topics are subscribed to by. */
export interface TopicPattern {
  readonly text: string;
  /** Whether the whole name matches, as `Pattern.matcher(name).matches()` in Java and in Kafka's broker. */
  readonly matches: (topic: string) => boolean;
}

/** Far longer than a name may be (249 characters). */
const longestPattern = 1_000;

/** Matching takes time in proportion to name times program: this many instructions are a millisecond or two. */
const largestProgram = 2_000;

/**
 * A pattern in RE2 syntax, which Kafka's broker has for KIP-848 subscriptions: it takes linear time whatever the
 * pattern, so that none can hang the host as a backtracking one could. The error says what is wrong with it.
 */
export function parseTopicPattern(text: string): Result<TopicPattern, string> {
  if (text === "") return err("the pattern is empty: it would match no topic");
  if (text.length > longestPattern) {
    return err(`the pattern has ${text.length} characters, and ${longestPattern} are allowed`);
  }
  try {
    const compiled = RE2JS.compile(text);
    if (compiled.programSize() > largestProgram) {
      return err("the pattern is too large: its repetitions multiply to too many states");
    }
    return ok({ text, matches: (topic) => compiled.matches(topic) });
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    return err(
      `the pattern cannot be read (RE2 syntax, without look-around and back-references): ${error.message}`,
    );
  }
}
