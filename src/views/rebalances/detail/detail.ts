import type { Detail, MarkRef } from "#webview/rebalances/contract.ts";
import type { Scene } from "../input.ts";
import type { LaneIndex } from "../laneKeys.ts";
import { commitDetail, commitsDetail } from "./commitDetail.ts";
import { findingDetail } from "./findingDetail.ts";
import { bufferDetail, faultDetail, generationDetail, partitionDetail } from "./groupDetails.ts";
import { holdDetail } from "./holdDetail.ts";
import { goneDetail, memberDetail, phaseDetail } from "./memberDetail.ts";

/** The strip for a mark; undefined when what it names is no longer kept. */
export function detailOf(scene: Scene, index: LaneIndex, ref: MarkRef): Detail | undefined {
  switch (ref.kind) {
    case "member":
      return memberDetail(scene, index, ref);
    case "phase":
      return phaseDetail(scene, index, ref);
    case "gone":
      return goneDetail(scene, index, ref);
    case "generation":
      return generationDetail(scene, index, ref);
    case "assignedPartition":
      return partitionDetail(scene, index, ref);
    case "commit":
      return commitDetail(scene, ref);
    case "commits":
      return commitsDetail(scene, index, ref);
    case "hold":
      return holdDetail(scene, ref);
    case "buffer":
      return bufferDetail(scene, ref);
    case "fault":
      return faultDetail(scene, ref);
    case "finding":
      return findingDetail(scene, ref);
  }
}
