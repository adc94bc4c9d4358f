'use client'
import type { CaptureViewState } from '@sonde/contract'
import type { LoadedProfile } from '@sonde/flamegraph/react'
import type { SampleSelection } from '@sonde/profile'
import { useMemo } from 'react'
import { useDebounced } from '../url/use-debounced.ts'
import { parseWindow, WINDOW_RESTS_MS } from './capture-time.ts'
import { parseProcess } from './process-selection.ts'

/** Which samples of a profile the view is narrowed to: host, process and time, the last where samples have any. A time is followed once it rests. */
export function useSampleSelection(
  profile: LoadedProfile | undefined,
  { host, process, window }: Pick<CaptureViewState, 'host' | 'process' | 'window'>,
): SampleSelection {
  const timed = profile?.meta.timed ?? false
  const rested = useDebounced(window, WINDOW_RESTS_MS)
  return useMemo(() => {
    const span = timed ? parseWindow(rested) : null
    return {
      hostId: host === '' ? undefined : host,
      process: parseProcess(process) ?? undefined,
      window: span ? { fromUs: span.fromMs * 1_000, toUs: span.toMs * 1_000 } : undefined,
    }
  }, [timed, host, process, rested])
}
