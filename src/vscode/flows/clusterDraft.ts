import type { ClusterProfile, ClusterSecrets } from "#host/channel/clusterProfile.ts";

/** A cluster while it is being described. */
export interface ClusterDraft {
  readonly title: string;
  readonly profile: ClusterProfile;
  readonly secrets: ClusterSecrets;
}
