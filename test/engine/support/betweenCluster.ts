import type { Cluster, RequestBody } from "#network/cluster.ts";
import type { Api, RequestInput } from "#protocol/api.ts";

/** The cluster as it would be with brokers that speak one API in this version at most. */
export function speakAtMost(cluster: Cluster, old: Api, version: number): Cluster {
  return withSend(cluster, (route, api, body, options) => {
    const versions = options?.versions ?? api.versions;
    const narrowed = [versions[0], Math.min(versions[1], version)] as const;
    return cluster.send(route, api, body, api === old ? { ...options, versions: narrowed } : options);
  });
}

/** The cluster, with a look at what is asked of one API. */
export function watchRequests<A extends Api>(
  cluster: Cluster,
  watched: A,
  look: (body: RequestInput<A>) => void,
): Cluster {
  return withSend(cluster, (route, api, body, options) => {
    if (isFor(watched, api, body) && typeof body !== "function") look(body);
    return cluster.send(route, api, body, options);
  });
}

function isFor<A extends Api>(watched: A, api: Api, _body: RequestBody<Api>): _body is RequestBody<A> {
  return api === watched;
}

function withSend(cluster: Cluster, send: Cluster["send"]): Cluster {
  return new Proxy(cluster, {
    get(target, name) {
      if (name === "send") return send;
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}
