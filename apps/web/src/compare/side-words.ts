import type { CaptureView, Selection } from '@sonde/contract'
import { formatMoments, visibleText } from '@sonde/ui'
import { captureSpanMs, parseWindow } from '../capture/capture-time.ts'
import { parseProcess } from '../capture/process-selection.ts'

/** What of a capture is selected, in words: `web-1, process 42, 2–5 s`; `all 8 hosts`. `comm`: the process's name, where it is known. */
export function selectionWords(selection: Selection, capture: CaptureView | undefined, comm: string | null = null): string {
  const hosts = capture?.targets ?? []
  const nameOf = (hostId: string) => hosts.find((target) => target.hostId === hostId)?.hostName ?? 'a host that is not of this capture'
  const { host, rest, process, window } = selection
  const words: string[] = []
  if (host !== '' && rest) words.push(`all but ${nameOf(host)}`)
  else if (host !== '') words.push(nameOf(host))
  else words.push(hosts.length === 1 ? (hosts[0]?.hostName ?? '') : `all ${hosts.length} hosts`)
  const of = parseProcess(process)
  if (of) words.push(`${comm ?? 'process'} ${of.pid}${host === '' && hosts.length > 1 ? ` on ${nameOf(of.hostId)}` : ''}`)
  const span = parseWindow(window)
  if (span) words.push(formatMoments(span.fromMs, span.toMs, capture ? captureSpanMs(capture) : span.toMs))
  return words.map((word) => visibleText(word)).join(', ')
}

/** `A vs B`: the titles where they differ, else what is selected of the one capture. */
export function comparisonTitle(
  a: { selection: Selection; capture: CaptureView | undefined },
  b: { selection: Selection; capture: CaptureView | undefined },
): string {
  const title = ({ capture }: typeof a) => (capture ? visibleText(capture.title).slice(0, 120) : '…')
  const words = (side: typeof a) => selectionWords(side.selection, side.capture)
  if (a.selection.capture === b.selection.capture) return `${title(b)}: ${words(a)} vs ${words(b)}`
  return `${title(a)} vs ${title(b)}`
}
