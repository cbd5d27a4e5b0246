import type { Cluster } from "#network/cluster.ts";
import type { Api } from "#protocol/api.ts";

/** The cluster as it would be with brokers that speak one API in this version at most. */
export function speakAtMost(cluster: Cluster, old: Api, version: number): Cluster {
  const send: Cluster["send"] = (route, api, body, options) => {
    const versions = options?.versions ?? api.versions;
    const narrowed = [versions[0], Math.min(versions[1], version)] as const;
    return cluster.send(route, api, body, api === old ? { ...options, versions: narrowed } : options);
  };
  return new Proxy(cluster, {
    get(target, name) {
      if (name === "send") return send;
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}
