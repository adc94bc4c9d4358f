'use client'
import { useEffect, useState } from 'react'
import { type EngineWorker, FlameEngineClient } from './engine-client.ts'
import type { ProfileSummary } from './profile-summary.ts'

/** A profile in an engine, as components hand it around. */
export type LoadedProfile = ProfileSummary & {
  engine: FlameEngineClient
  /** Grows with each load: what was asked of an older one is to be asked again. */
  generation: number
}

/** An engine for as long as the component is there. Its worker starts with the first request. */
export function useFlameEngine(createWorker: () => EngineWorker): FlameEngineClient {
  const [engine] = useState(() => new FlameEngineClient(createWorker))
  useEffect(() => engine.hold(), [engine])
  return engine
}
