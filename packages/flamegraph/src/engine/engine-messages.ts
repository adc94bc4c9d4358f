import type { CallTreeOptions, ComparedSides, SideSelection, StackTransform } from '@sonde/profile'
import type { FlameSearch } from '../search.ts'
import type { EngineErrorData } from './engine-error.ts'
import type { EngineQuestionName } from './engine-questions.ts'

/** Where a profile comes from: an absolute URL of the page's own origin, asked for with these headers, or bytes at hand. Gzipped or not. */
export type OneSource = { url: string; headers?: Record<string, string> } | { bytes: Uint8Array<ArrayBuffer> }

/** Or two of them, and what is selected of each: the sides A and B of a comparison, as one profile (`twoSides`). */
export type ProfileSource = OneSource | { sides: readonly [SideSource, SideSource] }
export type SideSource = { source: OneSource; selection: SideSelection }

/**
 * What the flame graph is to show: a selection, what is done to its stacks, and how to make a tree of it. `against`: the selected host is
 * compared with all others (`buildDiffTree`); a selected process is then not looked at. `compared`: side B of a profile of two sides with side A.
 */
export type ModelQuestion = CallTreeOptions & {
  transforms?: readonly StackTransform[] | undefined
  against?: 'rest' | undefined
  compared?: ComparedSides | undefined
}

export type EngineTask =
  | { type: 'load'; source: ProfileSource }
  | { type: 'model'; question: ModelQuestion }
  | { type: 'search'; model: number; query: FlameSearch }
  | { type: 'ask'; name: EngineQuestionName; question: unknown }

/** Page → engine. `abort` and `forget` are not answered. */
export type EngineRequest =
  | { type: 'do'; id: number; task: EngineTask }
  /** Nobody waits for the answer to this request any more. */
  | { type: 'abort'; id: number }
  /** This model will not be searched again. */
  | { type: 'forget'; model: number }

/** Engine → page. Each request gets one answer or one error, unless it was aborted: then it may get none. */
export type EngineReply =
  | { type: 'ready' }
  | { type: 'answer'; id: number; value: unknown }
  | { type: 'error'; id: number; error: EngineErrorData }
