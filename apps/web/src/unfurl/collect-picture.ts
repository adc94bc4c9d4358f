import { type Actor, type CaptureView, type CaptureViewState, isFinal } from '@sonde/contract'
import type { App } from '@sonde/domain'
import { formatPlural, formatSpan } from '@sonde/ui'
import { captureSpanMs, parseWindow } from '../capture/capture-time.ts'
import { parseProcess } from '../capture/process-selection.ts'
import { qualityBadges } from '../capture/quality-badges.ts'
import type { PictureRequest, PictureTheme } from './picture-request.ts'
import { PICTURE_PANES, picturePanes } from './view-parts.ts'

/**
 * Everything that the picture of a view shows, read with the eyes of whoever it is for: what this actor may not see is not in it. Throws
 * what the use cases throw.
 */
export async function collectPicture(
  { actor, app, capture, view }: { actor: Actor; app: App; capture: CaptureView; view: CaptureViewState },
  { theme, title }: { theme: PictureTheme; title: string },
): Promise<PictureRequest> {
  const [first, ...others] = picturePanes(capture, view)
  const source = { actor, app, capture, view }
  const main = first ? await PICTURE_PANES[first].draw(source) : null
  const besides = others.find((name) => name === 'syscalls') ?? others.find((name) => name === 'counts')
  const side = besides && main?.part.kind === 'graph' ? await PICTURE_PANES[besides].draw(source, true) : null
  return {
    theme,
    title,
    byline: [hostWords(capture, actor.kind !== 'share' || actor.hosts), capture.createdBy.name, whenWords(capture.createdAt)]
      .filter(Boolean)
      .join(' · '),
    numbers: [...(main?.numbers ?? []), ...spanNumbers(capture, view), ...(side?.numbers ?? [])],
    badges: qualityBadges(capture.targets, undefined)
      .filter(({ id }) => SHOWN_BADGES.has(id))
      .map(({ label, tone }) => ({ label, isWarning: tone === 'warn' })),
    narrowed: [...narrowedWords(capture, view, main?.part.kind === 'graph'), ...(main?.narrowed ?? []), ...(side?.narrowed ?? [])],
    main: main?.part ?? { kind: 'empty', text: 'Nothing was recorded' },
    side: side?.part.kind === 'table' ? side.part : null,
  }
}

/** What is wrong with the data. Notes, and what is so at every start, are for the page. */
const SHOWN_BADGES = new Set([
  'partial',
  'braked',
  'sampled',
  'over-cap',
  'lost-samples',
  'throttled',
  'unknown-symbols',
  'truncated-stacks',
  'lost-syscalls',
  'truncated-maps',
  'lost-events',
])

/** One host by its name, several by their number: names of a fleet have no room. */
function hostWords({ targets }: CaptureView, areNamed: boolean): string {
  const [only] = targets
  return only && targets.length === 1 && areNamed ? only.hostName : formatPlural(targets.length, 'host')
}

/** Of one time zone, for a picture is looked at in many: `30 Nov 2026, 04:11 UTC`. */
export function whenWords(at: Date): string {
  const date = at.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' })
  return `${date}, ${at.toISOString().slice(11, 16)} UTC`
}

function spanNumbers(capture: CaptureView, { window: text }: CaptureViewState): PictureRequest['numbers'] {
  const hosts = capture.targets.length
  const window = parseWindow(text)
  const isRunning = !capture.targets.every((target) => isFinal(target.state))
  const spanMs = captureSpanMs(capture)
  const isUntimed = capture.source !== null && capture.spec.durationMs === 0
  return [
    ...(hosts > 1 ? [{ value: String(hosts), label: 'hosts' }] : []),
    ...(isUntimed
      ? []
      : window
        ? [{ value: formatSpan(window.toMs - window.fromMs), label: `of ${formatSpan(spanMs)}` }]
        : [{ value: formatSpan(spanMs), label: isRunning ? 'asked for, still recording' : 'recorded' }]),
  ]
}

/** `isGraph`: the thread that draws it knows the process by its name. */
function narrowedWords(capture: CaptureView, view: CaptureViewState, isGraph: boolean): string[] {
  const isFleet = capture.targets.length > 1
  const nameOf = (id: string) => capture.targets.find((target) => target.hostId === id)?.hostName ?? 'a host that is not here'
  const process = parseProcess(view.process)
  const host = process ? process.hostId : view.host
  const window = parseWindow(view.window)
  return [
    ...(process && !isGraph ? [`process ${process.pid}`] : []),
    ...(host !== '' && isFleet ? [view.against === 'rest' ? `${nameOf(host)} against the rest` : nameOf(host)] : []),
    ...(window ? [`${formatSpan(window.fromMs)} to ${formatSpan(window.toMs)}`] : []),
  ]
}
