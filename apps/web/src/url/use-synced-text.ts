'use client'
import { useEffect, useRef, useState } from 'react'

/**
 * A text box whose value lives elsewhere (the URL): shows what is typed at once, hands it on when typing pauses, and takes over
 * what changes outside.
 */
export function useSyncedText(value: string, commit: (text: string) => void, delayMs = 200): [string, (text: string) => void] {
  const [text, setText] = useState(value)
  const committed = useRef(value)
  const latestCommit = useRef(commit)
  latestCommit.current = commit

  useEffect(() => {
    if (value === committed.current) return
    committed.current = value
    setText(value)
  }, [value])

  useEffect(() => {
    if (text === committed.current) return
    const timer = setTimeout(() => {
      committed.current = text
      latestCommit.current(text)
    }, delayMs)
    return () => clearTimeout(timer)
  }, [text, delayMs])

  return [text, setText]
}
