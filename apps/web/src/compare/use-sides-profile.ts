'use client'
import type { Selection } from '@sonde/contract'
import { EngineError, type LoadedProfile, useAnswer, useFlameEngine } from '@sonde/flamegraph/react'
import type { SideSelection } from '@sonde/profile'
import { useRef } from 'react'
import { parseWindow, WINDOW_RESTS_MS } from '../capture/capture-time.ts'
import { parseProcess } from '../capture/process-selection.ts'
import { startWorker } from '../capture/use-profile-result.ts'
import { useThrottled } from '../capture/use-throttled.ts'
import { HttpError } from '../trpc/errors.ts'
import { useDebounced } from '../url/use-debounced.ts'

const LIVE_EVERY_MS = 5_000

export type SidesProfileOptions = {
  /** Of the CPU or of waits; null where the two have none in common. */
  kind: 'profile' | 'offcpu' | null
  /** How much of it there is on both sides together. */
  version: number
}

export function sideSelection({ host, rest, process, window }: Selection): SideSelection {
  const span = parseWindow(window)
  return {
    hostId: host === '' ? undefined : host,
    rest: rest || undefined,
    process: parseProcess(process) ?? undefined,
    window: span ? { fromUs: span.fromMs * 1_000, toUs: span.toMs * 1_000 } : undefined,
  }
}

/**
 * Both sides' stacks as one profile, in an engine of their own: the worker fetches the captures, takes what is selected of each, and puts
 * the two together (`twoSides`). Made again as a side changes or grows; the last one stays until the new one is there.
 */
export function useSidesProfile(sides: { a: Selection; b: Selection }, { kind, version }: SidesProfileOptions) {
  const engine = useFlameEngine(startWorker)
  const generation = useRef(0)
  const asked = JSON.stringify([sides.a, sides.b])
  const rested = useDebounced(asked, WINDOW_RESTS_MS)
  const grown = useThrottled(version > 0 ? version : undefined, LIVE_EVERY_MS)
  const key = kind === null || grown === undefined ? null : `${engine.id} ${kind} ${grown} ${rested}`
  return useAnswer<LoadedProfile>(key, async (signal) => {
    const [a, b] = JSON.parse(rested) as [Selection, Selection]
    const source = (side: Selection) => ({
      source: { url: new URL(`/api/captures/${encodeURIComponent(side.capture)}/profile?kind=${kind}`, window.location.href).href },
      selection: sideSelection(side),
    })
    try {
      const summary = await engine.load({ sides: [source(a), source(b)] }, signal)
      return { ...summary, engine, generation: ++generation.current }
    } catch (cause) {
      if (cause instanceof EngineError && cause.status !== null) throw new HttpError(cause.status, cause.message)
      throw cause
    }
  })
}
