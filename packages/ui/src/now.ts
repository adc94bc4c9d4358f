'use client'
import { useEffect, useState } from 'react'

/** The clock, ticking every `everyMs`; 0 stops it. Relative times on a page share one cadence by passing the same interval. */
export function useNowMs(everyMs: number): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    if (everyMs <= 0) return
    setNow(Date.now())
    const timer = setInterval(() => setNow(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return now
}
