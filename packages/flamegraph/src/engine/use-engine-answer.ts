'use client'
import type { EngineAnswer, EngineQuestion, EngineQuestionName } from './engine-questions.ts'
import { type Answered, useAnswer } from './use-answer.ts'
import type { LoadedProfile } from './use-flame-engine.ts'

/**
 * The engine's answer to a question about a loaded profile: asked again when the question (by its content) or the profile
 * changes, the last answer staying until the new one is there. Nothing is asked without a profile or a question.
 */
export function useEngineAnswer<Name extends EngineQuestionName>(
  profile: LoadedProfile | undefined,
  name: Name,
  question: EngineQuestion<Name> | null,
): Answered<EngineAnswer<Name>> {
  const key = profile && question !== null ? `${profile.engine.id} ${profile.generation} ${name} ${JSON.stringify(question)}` : null
  return useAnswer(key, (signal) => {
    if (!profile || question === null) throw new Error('asked without a question')
    return profile.engine.ask(name, question, signal)
  })
}
