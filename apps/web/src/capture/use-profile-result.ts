'use client'
import { SHARE_HEADER } from '@sonde/contract'
import { EngineError, type LoadedProfile, useFlameEngine } from '@sonde/flamegraph/react'
import { useRef } from 'react'
import { useShare } from '../share/share-context.tsx'
import { HttpError } from '../trpc/errors.ts'
import { type Result, useResult } from './use-result.ts'

export type ProfileResultOptions = {
  captureId: string
  kind: 'profile' | 'offcpu'
  /** As of useResult. */
  version: number
  enabled: boolean
}

/**
 * A capture's merged profile, on the CPU or off it, in an engine of its own: the worker fetches, unpacks and keeps it, and the
 * page asks for what it shows. Loaded again as the capture grows; a load that fails leaves the last profile in place.
 */
export function useProfileResult({ captureId, kind, version, enabled }: ProfileResultOptions): Result<LoadedProfile> {
  const engine = useFlameEngine(startWorker)
  const token = useShare()?.token
  const generation = useRef(0)
  return useResult({
    // An engine that is gone has taken its profile along.
    key: [kind, captureId, engine.id],
    version,
    enabled,
    load: async (signal) => {
      const path = `/api/captures/${encodeURIComponent(captureId)}/profile?kind=${kind}`
      try {
        const summary = await engine.load(
          { url: new URL(path, window.location.href).href, ...(token === undefined ? {} : { headers: { [SHARE_HEADER]: token } }) },
          signal,
        )
        return { ...summary, engine, generation: ++generation.current }
      } catch (cause) {
        if (cause instanceof EngineError && cause.status !== null) throw new HttpError(cause.status, cause.message)
        throw cause
      }
    },
  })
}

/** The worker that holds a profile. */
export const startWorker = (): Worker =>
  new Worker(new URL('./flame-engine.worker.ts', import.meta.url), { type: 'module', name: 'flame engine' })
