'use client'
import { useEffect, useState } from 'react'

/** The value, but changed at most once in so many ms; the first one that is not undefined, and any where `everyMs` is 0, at once. */
export function useThrottled<T>(value: T | undefined, everyMs: number): T | undefined {
  const [held, setHeld] = useState({ value, atMs: Date.now() })
  const isFresh = held.value === value
  const isFirst = held.value === undefined
  useEffect(() => {
    if (isFresh) return
    const waitMs = isFirst ? 0 : Math.max(0, held.atMs + everyMs - Date.now())
    const timer = setTimeout(() => setHeld({ value, atMs: Date.now() }), waitMs)
    return () => clearTimeout(timer)
  }, [isFresh, isFirst, held.atMs, everyMs, value])
  return everyMs === 0 ? value : held.value
}
