import { type CaptureView, type CaptureViewState, isFinal } from '@sonde/contract'
import { formatCount, formatExact, formatPlural, formatSpan } from '@sonde/ui'
import { captureSpanMs, parseWindow } from '../capture/capture-time.ts'
import { whenWords } from './collect-picture.ts'

/**
 * Limits of what chats show, in UTF-8 bytes where they count those: Discord cuts a title after 70 bytes and a description after 350, Teams
 * after about 75 and 200 characters, X after 70 and 200. The sources stand in unfurl-rules.test.ts.
 */
export const LINK_LIMITS = { titleBytes: 67, descriptionBytes: 197 } as const

/** A text within so many bytes of UTF-8, cut before a character, with an ellipsis. */
export function withinBytes(text: string, most: number): string {
  if (Buffer.byteLength(text) <= most) return text
  let bytes = Buffer.byteLength('…')
  let cut = ''
  for (const { segment } of new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text)) {
    bytes += Buffer.byteLength(segment)
    if (bytes > most) break
    cut += segment
  }
  return `${cut.trimEnd()}…`
}

/** What a capture is about, in one line below its title: its numbers with their units, who and when. Names no host, symbol or argument. */
export function linkDescription(capture: CaptureView, view: CaptureViewState): string {
  const sum = (of: (quality: NonNullable<CaptureView['targets'][number]['quality']>) => number) =>
    capture.targets.reduce((total, { quality }) => total + (quality ? of(quality) : 0), 0)
  const samples = sum((quality) => quality.samples)
  const syscalls = sum((quality) => quality.syscalls)
  const hits = sum((quality) => quality.hits)
  const lost = sum((quality) => quality.lostSamples + quality.lostSyscalls + quality.lostEvents)
  const isRunning = !capture.targets.every((target) => isFinal(target.state))
  const window = parseWindow(view.window)
  const spanMs = captureSpanMs(capture)
  const isUntimed = capture.source !== null && capture.spec.durationMs === 0
  return [
    samples > 0 ? formatPlural(samples, 'sample') : '',
    syscalls > 0 ? formatPlural(syscalls, 'syscall') : '',
    hits > 0 ? formatPlural(hits, 'event') : '',
    formatPlural(capture.targets.length, 'host'),
    isUntimed ? '' : isRunning ? 'still recording' : formatSpan(spanMs),
    window ? `shown: ${formatSpan(window.fromMs)} to ${formatSpan(window.toMs)}` : '',
    lost > 0 ? `${lost < 10_000 ? formatExact(lost) : formatCount(lost)} lost` : '',
    `by ${capture.createdBy.name}`,
    whenWords(capture.createdAt),
  ]
    .filter(Boolean)
    .join(' · ')
}

/** For those who do not see the picture. */
export const pictureAlt = (title: string): string => withinBytes(`What “${title}” recorded, as the sender of the link saw it`, 400)
