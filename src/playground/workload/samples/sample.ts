/** One thing that happened, as an application would write it down. */
export interface SampleEvent {
  /** Its own among all of the sample. */
  readonly id: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Makes events of one kind; whom they are about (the key) is drawn elsewhere. */
export interface Sample {
  /** `customer`: keys are named by it. */
  readonly subject: string;
  next(subjectName: string, nowMs: number): SampleEvent;
}
