'use client'
import { useEffect, useRef, useState } from 'react'

export type Answered<Value> = {
  /** The newest answer; while another is awaited, that to an earlier question. */
  data: Value | undefined
  error: unknown
  /** Nothing to show yet. */
  isLoading: boolean
  /** `data` answers an earlier question. */
  isStale: boolean
}

/**
 * Asks whenever `key` changes, and gives up the question before. `key` stands for all that the answer depends on; null asks
 * nothing and forgets the answer. `discard` gets an answer that came when nobody waited for it any more.
 */
export function useAnswer<Value>(
  key: string | null,
  ask: (signal: AbortSignal) => Promise<Value>,
  discard?: (unwanted: Value) => void,
): Answered<Value> {
  const [state, setState] = useState<{ key: string; data: Value | undefined; error: unknown } | null>(null)
  const latest = useRef(ask)
  latest.current = ask
  const latestDiscard = useRef(discard)
  latestDiscard.current = discard
  useEffect(() => {
    if (key === null) {
      setState(null)
      return
    }
    const giveUp = new AbortController()
    latest.current(giveUp.signal).then(
      (data) => {
        if (giveUp.signal.aborted) latestDiscard.current?.(data)
        else setState({ key, data, error: null })
      },
      (error: unknown) => {
        if (!giveUp.signal.aborted) setState((before) => ({ key, data: before?.data, error }))
      },
    )
    return () => giveUp.abort()
  }, [key])
  const data = key === null ? undefined : state?.data
  const error = state?.key === key ? (state?.error ?? null) : null
  return { data, error, isLoading: key !== null && data === undefined && error === null, isStale: state?.key !== key }
}
