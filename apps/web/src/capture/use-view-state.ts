'use client'
import { type CaptureViewState, formatViewState, parseViewState, patchView } from '@sonde/contract'
import { useSearchParams } from 'next/navigation'
import { useCallback, useMemo } from 'react'

/** `push` for a step that "back" should undo (a zoom, a selection), `replace` for what is cosmetic. */
export type HistoryMode = 'push' | 'replace'
export type UpdateView = (patch: Partial<CaptureViewState>, mode: HistoryMode) => void

/** The view of a capture as it stands in the query string: the only place where it is kept. */
export function useViewState(): [CaptureViewState, UpdateView] {
  const params = useSearchParams().toString()
  const view = useMemo(() => parseViewState(new URLSearchParams(params)), [params])
  const update = useCallback<UpdateView>((patch, mode) => {
    // From the address bar, not from the last render: two updates in one event must not undo each other.
    const now = parseViewState(new URLSearchParams(window.location.search))
    const query = formatViewState(patchView(now, patch))
    if (query === formatViewState(now)) return
    const url = `${window.location.pathname}${query ? `?${query}` : ''}`
    if (mode === 'push') window.history.pushState(null, '', url)
    else window.history.replaceState(null, '', url)
  }, [])
  return [view, update]
}
