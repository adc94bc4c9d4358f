'use client'
import { useSearchParams } from 'next/navigation'
import { useEffect, useRef, useState } from 'react'
import { useDebounced } from './use-debounced.ts'

const readSearch = (): string => new URLSearchParams(window.location.search).get('q') ?? ''

function writeSearch(text: string): void {
  const params = new URLSearchParams(window.location.search)
  if (text) params.set('q', text)
  else params.delete('q')
  window.history.replaceState(null, '', `${window.location.pathname}${params.size > 0 ? `?${params}` : ''}`)
}

/**
 * A page's search box, kept in the query string under `q`: what is typed shows at once, the URL and the query follow when typing
 * pauses; back and forward bring an older search into the box.
 */
export function useUrlSearch(): { text: string; settled: string; setText: (text: string) => void } {
  const inUrl = useSearchParams().get('q') ?? ''
  const [text, setText] = useState(inUrl)
  const settled = useDebounced(text, 200)
  const written = useRef(inUrl)

  // The URL moved on its own (back, forward, a link). The router tells late of what was written here, so the URL itself is asked.
  // biome-ignore lint/correctness/useExhaustiveDependencies: that the router's search changed is what this waits for
  useEffect(() => {
    const now = readSearch()
    if (now === written.current) return
    written.current = now
    setText(now)
  }, [inUrl])

  useEffect(() => {
    if (text === written.current) return
    const write = () => {
      if (text === written.current) return
      written.current = text
      writeSearch(text)
    }
    if (settled === text) return write()
    // Whoever leaves the box may be on the way to another page, which a later write would call back.
    const leaving = ['pointerdown', 'focusout'] as const
    for (const type of leaving) document.addEventListener(type, write, { capture: true })
    return () => {
      for (const type of leaving) document.removeEventListener(type, write, { capture: true })
    }
  }, [settled, text])
  return { text, settled, setText }
}
