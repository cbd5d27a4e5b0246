import type { Exchange, KeptFrame } from "./exchange.ts";
import { answerErrors, type RequestSummary, requestSummary } from "./exchangeSummary.ts";

/** An exchange with what its bytes say. */
export interface ReadExchange {
  readonly exchange: Exchange;
  readonly summary: RequestSummary;
  readonly errors: readonly string[];
}

const noErrors: readonly string[] = [];
const noRequest: RequestSummary = {
  apiKey: undefined,
  api: "no request",
  version: undefined,
  clientId: undefined,
  groupIds: [],
  memberIds: [],
  topics: [],
};

/** What was read of exchanges, kept as long as these are: each frame is decoded once, when somebody looks. */
export class Summaries {
  readonly #requests = new WeakMap<KeptFrame, RequestSummary>();
  readonly #answers = new WeakMap<KeptFrame, readonly string[]>();

  /** Whether reading it costs nothing. */
  knows({ request, end }: Exchange): boolean {
    return (
      (request === undefined || this.#requests.has(request)) &&
      (end?.type !== "answered" || this.#answers.has(end.response))
    );
  }

  read(exchange: Exchange): ReadExchange {
    const { request } = exchange;
    if (!request) return { exchange, summary: noRequest, errors: noErrors };
    let summary = this.#requests.get(request);
    if (!summary) {
      summary = requestSummary(request);
      this.#requests.set(request, summary);
    }
    return { exchange, summary, errors: this.#errorsOf(exchange, summary) };
  }

  #errorsOf({ end }: Exchange, { apiKey, version }: RequestSummary): readonly string[] {
    if (end?.type !== "answered" || apiKey === undefined || version === undefined) return noErrors;
    if (end.response.cut === "secret") return noErrors;
    let errors = this.#answers.get(end.response);
    if (!errors) {
      errors = answerErrors(end.response, { apiKey, version });
      this.#answers.set(end.response, errors);
    }
    return errors;
  }
}
