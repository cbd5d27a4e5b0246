/**
 * Who leads a partition and who follows, as Kafka's controller has it.
 *
 *             the leader stops, another is in sync          the only one in sync stops
 *   led by A ─────────────────────────────────────▶ led by B ─────────────────────────▶ leaderless
 *      ▲                                                ▲                                   │
 *      │ moved on purpose: led by B, and back           │ one that was in sync returns      │
 *      └────────────────────────────────────────────────┴───────────────────────────────────┤
 *                                                         unclean election: one that was not┘
 *
 * Every change of leader, its loss included, begins a new leader epoch; a follower that drops out or returns does not
 * (as KRaft has it since Kafka 3.6).
 */
export interface PartitionState {
  /** Undefined while nobody may lead. */
  readonly leaderId: number | undefined;
  readonly leaderEpoch: number;
  /** In the order in which they are asked to lead. */
  readonly replicas: readonly number[];
  /** In sync; the last one stays even when it is down, as only it may lead without loss. */
  readonly isr: readonly number[];
}

/** A new partition: the first replica leads, all are in sync. */
export function placed(replicas: readonly number[], leaderEpoch: number): PartitionState {
  return { leaderId: replicas[0], leaderEpoch, replicas, isr: replicas };
}

/** Led by this node from now on. One that was no replica takes the old leader's place, as after a reassignment. */
export function ledBy(state: PartitionState, nodeId: number): PartitionState {
  const { leaderId, leaderEpoch } = state;
  if (leaderId === nodeId) return state;
  const gone = leaderId ?? state.replicas[0];
  const replicas = state.replicas.includes(nodeId)
    ? state.replicas
    : state.replicas.map((replica) => (replica === gone ? nodeId : replica));
  const isr = replicas.filter((replica) => replica === nodeId || state.isr.includes(replica));
  return { leaderId: nodeId, leaderEpoch: leaderEpoch + 1, replicas, isr };
}

/** A node is down: out of sync, and another one that is in sync leads; without one, nobody does. */
export function withNodeDown(
  state: PartitionState,
  nodeId: number,
  isUp: (nodeId: number) => boolean,
): PartitionState {
  const others = state.isr.filter((replica) => replica !== nodeId);
  const isr = others.length > 0 ? others : state.isr;
  if (state.leaderId !== nodeId) return { ...state, isr };
  const leaderId = state.replicas.find((replica) => others.includes(replica) && isUp(replica));
  return { ...state, isr, leaderId, leaderEpoch: state.leaderEpoch + 1 };
}

/** A node is back: it leads if it is the one that was waited for, and follows where another leads. */
export function withNodeUp(state: PartitionState, nodeId: number): PartitionState {
  if (!state.replicas.includes(nodeId)) return state;
  if (state.leaderId === undefined) {
    if (!state.isr.includes(nodeId)) return state;
    return { ...state, leaderId: nodeId, leaderEpoch: state.leaderEpoch + 1, isr: [nodeId] };
  }
  return withInSync(state, nodeId);
}

/** As it will be once all its nodes are up: who leads goes on, or who was waited for begins. */
export function withAllUp(state: PartitionState): PartitionState {
  const isr = state.replicas;
  if (state.leaderId !== undefined) return { ...state, isr };
  return { ...state, leaderId: state.isr[0], leaderEpoch: state.leaderEpoch + 1, isr };
}

/** Nodes are gone for good: who is left leads, in a new epoch if it did not. Undefined when nobody is left. */
export function withoutNodes(
  state: PartitionState,
  exists: (nodeId: number) => boolean,
): PartitionState | undefined {
  const replicas = state.replicas.filter(exists);
  const isr = state.isr.filter(exists);
  const [first] = replicas;
  if (first === undefined) return undefined;
  const left = { ...state, replicas, isr };
  const isLed = state.leaderId !== undefined && exists(state.leaderId);
  return isLed ? left : ledBy({ ...left, leaderId: undefined }, isr[0] ?? first);
}

/** A follower has caught up. */
export function withInSync(state: PartitionState, nodeId: number): PartitionState {
  if (state.isr.includes(nodeId) || !state.replicas.includes(nodeId)) return state;
  return {
    ...state,
    isr: state.replicas.filter((replica) => replica === nodeId || state.isr.includes(replica)),
  };
}

/** A follower has fallen behind; the leader itself never is. */
export function withOutOfSync(state: PartitionState, nodeId: number): PartitionState {
  if (state.leaderId === nodeId || state.isr.length === 1) return state;
  return { ...state, isr: state.isr.filter((replica) => replica !== nodeId) };
}

/** Led by a replica that may lack records: all others must follow it (KIP-966 calls this the last resort). */
export function uncleanlyLedBy(state: PartitionState, nodeId: number): PartitionState {
  return { ...state, leaderId: nodeId, leaderEpoch: state.leaderEpoch + 1, isr: [nodeId] };
}
