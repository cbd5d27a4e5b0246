import type { Answer, Cluster } from "#network/cluster.ts";
import type { Api, ResponseOf } from "#protocol/api.ts";

/** Changes an answer before the engine gets it. */
export type Alter<A extends Api> = (body: ResponseOf<A>) => ResponseOf<A>;

/** The cluster, with the answers to one API changed: for what no broker of ours can be brought to answer. */
export function alterAnswers<A extends Api>(cluster: Cluster, altered: A, alter: Alter<A>): Cluster {
  return new Proxy(cluster, {
    get(target, name) {
      if (name !== "send") {
        const member: unknown = Reflect.get(target, name, target);
        return typeof member === "function" ? member.bind(target) : member;
      }
      const send: Cluster["send"] = async (route, api, body, options) => {
        const answer = await target.send(route, api, body, options);
        return isOf(altered, api, answer) ? { ...answer, body: alter(answer.body) } : answer;
      };
      return send;
    },
  });
}

function isOf<A extends Api>(altered: A, api: Api, answer: Answer<Api>): answer is Answer<A> {
  return api === altered && answer !== undefined;
}
