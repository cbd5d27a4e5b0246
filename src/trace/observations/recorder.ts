/** The recorder merged or dropped observations of a source that sent too many: said, never silent (I6). */
export interface RecorderMerged {
  readonly type: "recorder.merged";
  readonly mergedSourceId: string;
  readonly count: number;
  readonly sinceAt: number;
}

export type RecorderObservation = RecorderMerged;
