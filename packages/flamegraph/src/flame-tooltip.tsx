import type { CallTree } from '@sonde/profile'
import { type Ref, useId } from 'react'
import { describeFrame, type EventWords, nameOf } from './describe.ts'
import type { FrameFacts } from './flame-actions.ts'
import { formatCount, formatShare, formatWeight, type WeightUnit } from './format.ts'

export type TooltipSubject =
  | { type: 'frame'; tree: CallTree; node: number }
  | { type: 'strip'; tree: CallTree; frames: number; weight: number; heaviest: number }

/** What the pointer is on. Text only: names are hostile, and React escapes what cleanText() left. */
export function FlameTooltip({
  ref,
  subject,
  unit,
  periodNs,
  events,
  facts,
  hint,
}: {
  ref: Ref<HTMLDivElement>
  subject: TooltipSubject
  unit: WeightUnit
  periodNs: number
  events: EventWords | undefined
  facts: FrameFacts | undefined
  hint: string
}) {
  return (
    <div ref={ref} className="sf-tip" role="tooltip" id={useId()}>
      {subject.type === 'frame' ? (
        <FrameText tree={subject.tree} node={subject.node} unit={unit} periodNs={periodNs} events={events} facts={facts} />
      ) : (
        <StripText subject={subject} unit={unit} />
      )}
      {hint && <div className="sf-hint">{hint}</div>}
    </div>
  )
}

type FrameTextProps = {
  tree: CallTree
  node: number
  unit: WeightUnit
  periodNs: number
  events: EventWords | undefined
  facts: FrameFacts | undefined
}

function FrameText({ tree, node, unit, periodNs, events, facts }: FrameTextProps) {
  const details = describeFrame(tree, node, unit, periodNs, events)
  return (
    <>
      <div className="sf-name">{details.name}</div>
      <div className="sf-where">
        {details.kind}
        {details.module && ` · ${details.module}`}
      </div>
      <dl>
        {[...details.rows, ...(facts?.(tree, node) ?? [])].map((row) => (
          <div key={row.label}>
            <dt>{row.label}</dt>
            <dd>{row.value}</dd>
            <dd>{row.share}</dd>
          </div>
        ))}
      </dl>
      {details.ofAll && <div className="sf-hint">{details.ofAll}</div>}
    </>
  )
}

function StripText({ subject, unit }: { subject: Extract<TooltipSubject, { type: 'strip' }>; unit: WeightUnit }) {
  const { tree, frames, weight, heaviest } = subject
  const all = tree.total[0] ?? 0
  return (
    <>
      <div className="sf-name">{formatCount(frames)} frames, too narrow to draw</div>
      <dl>
        <div>
          <dt>together</dt>
          <dd>{tree.diff ? '' : formatWeight(weight, unit)}</dd>
          <dd>{formatShare(weight, all)}</dd>
        </div>
      </dl>
      {heaviest >= 0 && (
        <div className="sf-where">
          heaviest: {nameOf(tree, heaviest, 120)}, {formatShare(tree.total[heaviest] ?? 0, all)}
        </div>
      )}
    </>
  )
}

const GAP_PX = 14
const EDGE_PX = 8

/** Beside the point, on whichever side has room, always within the window. Client coordinates. */
export function placeAt(element: HTMLElement, x: number, y: number): void {
  const window = element.ownerDocument.defaultView
  if (!window) return
  const { width, height } = element.getBoundingClientRect()
  const fitsRight = x + GAP_PX + width + EDGE_PX <= window.innerWidth
  const fitsBelow = y + GAP_PX + height + EDGE_PX <= window.innerHeight
  const left = Math.max(EDGE_PX, Math.min(fitsRight ? x + GAP_PX : x - GAP_PX - width, window.innerWidth - width - EDGE_PX))
  const top = Math.max(EDGE_PX, fitsBelow ? y + GAP_PX : y - GAP_PX - height)
  element.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`
}
