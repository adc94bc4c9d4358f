'use client'
import { useEffect, useRef, useState } from 'react'
import { type FlameMatches, type FlameSearch, type FlameSearchResult, NO_RESULT } from '../search.ts'
import type { ModelQuestion } from './engine-messages.ts'
import type { FlameModel } from './flame-model.ts'
import { useAnswer } from './use-answer.ts'
import type { LoadedProfile } from './use-flame-engine.ts'

export type ShownFlame = {
  /** What to draw; while another is made, the last one. */
  model: FlameModel | undefined
  /** What the search found in that very model; null where nothing is searched for. */
  matches: FlameMatches | null
  found: FlameSearchResult
  error: unknown
  isLoading: boolean
  isStale: boolean
}

/** `release`: lets go of the model that was held while it was on its way to the screen. */
type Shown = { model: FlameModel; matches: FlameMatches | null; search: FlameSearch; release(): void }

/**
 * The flame graph of a loaded profile, and a search in it. A new model comes with its matches: what a reader has marked does
 * not blink while a capture grows.
 */
export function useFlameModel(profile: LoadedProfile | undefined, question: ModelQuestion, search: FlameSearch): ShownFlame {
  const engine = profile?.engine
  const wanted = useRef(search)
  wanted.current = search
  const key = profile ? `${profile.engine.id} ${profile.generation} ${JSON.stringify(question)}` : null
  const make = async (signal: AbortSignal): Promise<Shown> => {
    if (!engine) throw new Error('asked without an engine')
    const model = await engine.model(question, signal)
    const release = engine.holdModel(model)
    const asked = wanted.current
    try {
      return { model, matches: asked.text === '' ? null : await engine.search(model, asked, signal), search: asked, release }
    } catch (cause) {
      release()
      throw cause
    }
  }
  const answer = useAnswer(key, make, (unwanted) => unwanted.release())
  const first = answer.data
  const model = first?.model
  useEffect(() => {
    if (!engine || !first) return
    const release = engine.holdModel(first.model)
    first.release()
    return release
  }, [engine, first])

  const [later, setLater] = useState<Omit<Shown, 'release'> | null>(null)
  const { text, regex } = search
  useEffect(() => {
    if (!engine || !first || (first.search.text === text && first.search.regex === regex)) {
      setLater(null)
      return
    }
    const query = { text, regex }
    const giveUp = new AbortController()
    engine.search(first.model, query, giveUp.signal).then(
      (matches) => setLater({ model: first.model, matches, search: query }),
      () => undefined,
    )
    return () => giveUp.abort()
  }, [engine, first, text, regex])

  const matches = text === '' ? null : ((later?.model === model ? later : first)?.matches ?? null)
  return {
    model,
    matches,
    found: matches?.result ?? NO_RESULT,
    error: answer.error,
    isLoading: answer.isLoading,
    isStale: answer.isStale,
  }
}
