'use client'
import { useSearchParams } from 'next/navigation'
import { useEffect, useState } from 'react'
import { useDebounced } from './use-debounced.ts'

/**
 * A page's search box, kept in the query string under `q`: what is typed shows at once, the URL and the query follow when typing
 * pauses; back and forward bring an older search into the box.
 */
export function useUrlSearch(): { text: string; settled: string; setText: (text: string) => void } {
  const inUrl = useSearchParams().get('q') ?? ''
  const [text, setText] = useState(inUrl)
  const settled = useDebounced(text, 200)
  const [lastWritten, setLastWritten] = useState(inUrl)

  if (inUrl !== lastWritten) {
    // The URL moved on its own (back, forward, a link).
    setLastWritten(inUrl)
    setText(inUrl)
  }
  useEffect(() => {
    if (settled !== text || settled === lastWritten) return
    setLastWritten(settled)
    const params = new URLSearchParams(window.location.search)
    if (settled) params.set('q', settled)
    else params.delete('q')
    window.history.replaceState(null, '', `${window.location.pathname}${params.size > 0 ? `?${params}` : ''}`)
  }, [settled, text, lastWritten])
  return { text, settled, setText }
}
