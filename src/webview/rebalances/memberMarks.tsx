import { Still } from "../page/still.tsx";
import { durationText, timeText } from "../page/timeText.ts";
import type { FindingMark, MemberLane, PhaseSegment } from "./contract.ts";
import { Mark } from "./mark.tsx";
import { markKey } from "./markKey.ts";
import { CHARACTER_PX, ClippedText, type Placed, placeOf } from "./placed.tsx";
import { type Span, spanOf, type TimeScale, xOf } from "./timeScale.ts";

interface MemberProps extends Placed {
  readonly lane: MemberLane;
  readonly findings: readonly FindingMark[];
}

/** Half of a finding's triangle, and a little air. */
const SIGN_PX = 8;

/** Phases of one member, where it ended, and what is wrong with it. */
export function MemberMarks(props: MemberProps) {
  const { scale, height, lane, findings } = props;
  const { gone, name, vantage } = lane;
  const signs = findings.map((finding) => signX(scale, finding)).sort((a, b) => a - b);
  return (
    <>
      {lane.phases.map((phase) => {
        const span = spanOf(scale, phase.fromMs, phase.toMs ?? props.nowMs);
        const indent = span ? indentOf(span, phase.text, signs) : 0;
        return (
          <Still
            key={markKey(phase.ref)}
            deps={[phase, name, vantage, indent, ...placeOf(props, phase.toMs === undefined)]}
            draw={() => span && drawPhase(props, phase, span, indent)}
          />
        );
      })}
      {gone.map(
        (each) =>
          spanOf(scale, each.atMs, each.atMs) && (
            <Mark
              key={markKey(each.ref)}
              mark={each.ref}
              label={`${name}: ${each.text} at ${timeText(each.atMs)}`}
              className={`gone ${each.how}`}
            >
              <Cross x={xOf(scale, each.atMs)} y={height / 2} />
            </Mark>
          ),
      )}
      {findings.map((finding) => {
        const x = signX(scale, finding);
        return (
          <Mark
            key={finding.ref.findingId}
            mark={finding.ref}
            label={`${finding.severity}: ${finding.title}. ${finding.text}`}
            className={`finding ${finding.severity}`}
          >
            <path d={`M${x} 2l7 12h-14z`} />
            <path d={`M${x} 6v4m0 1.5v1`} class="sign" />
          </Mark>
        );
      })}
    </>
  );
}

/** A finding that began out of view stands at the edge: it goes on. */
function signX(scale: TimeScale, finding: FindingMark): number {
  return Math.min(scale.widthPx - SIGN_PX, Math.max(SIGN_PX, xOf(scale, finding.sinceMs)));
}

/** How far a phase's word steps aside for the signs that would cover it; `signs` from left to right. */
function indentOf(span: Span, text: string, signs: readonly number[]): number {
  const lengthPx = text.length * CHARACTER_PX;
  let indent = 0;
  for (const sign of signs) {
    const from = span.x + indent;
    if (sign + SIGN_PX > from && sign - SIGN_PX < from + lengthPx) indent = sign + SIGN_PX - span.x;
  }
  return Math.max(0, indent);
}

function drawPhase({ height, lane, nowMs }: MemberProps, phase: PhaseSegment, span: Span, indent: number) {
  const toMs = phase.toMs ?? nowMs;
  const label = `${lane.name}: ${phase.text}, ${durationText(toMs - phase.fromMs)}. ${phase.detail}`;
  return (
    <Mark mark={phase.ref} label={label} className={`phase ${phase.phase} ${lane.vantage}`}>
      <rect x={span.x} y={5} width={span.width} height={height - 10} />
      <ClippedText x={span.x} width={span.width} height={height} text={phase.text} indent={indent} />
    </Mark>
  );
}

function Cross({ x, y }: { readonly x: number; readonly y: number }) {
  return (
    <>
      <rect x={x - 7} y={y - 9} width={14} height={18} class="hit" />
      <path d={`M${x - 5} ${y - 5}l10 10m0 -10l-10 10`} />
    </>
  );
}
