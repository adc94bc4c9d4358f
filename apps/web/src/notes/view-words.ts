import { type CaptureViewState, DEFAULT_VIEW_STATE } from '@sonde/contract'
import { formatMoments } from '@sonde/ui'
import { parseWindow } from '../capture/capture-time.ts'

/** What a view is narrowed to, in a few words: `zoomed, one process, 2.0 – 4.5 s`; '' for all of the capture. */
export function viewWords(view: CaptureViewState, spanMs: number): string {
  const window = parseWindow(view.window)
  const differs = (...keys: (keyof CaptureViewState)[]) => keys.some((key) => view[key] !== DEFAULT_VIEW_STATE[key])
  const words = [
    differs('zoom', 'waitZoom', 'callerZoom', 'calleeZoom') && 'zoomed',
    view.process !== '' ? 'one process' : view.host !== '' && (view.against === 'rest' ? 'one host against the rest' : 'one host'),
    window && formatMoments(window.fromMs, window.toMs, spanMs),
    view.search !== '' && 'searched',
    differs('filter', 'find') && 'filtered',
    view.transforms !== '' && 'transformed',
    view.row !== '' && 'a system call',
    view.fn !== '' && 'a function',
    differs('panes') && 'own panes',
  ]
  return words.filter((word) => typeof word === 'string').join(', ')
}
