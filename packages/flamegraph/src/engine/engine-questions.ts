import {
  functionDifferences,
  type HeatQuestion,
  heatMap,
  hostTotals,
  type Profile,
  type SampleSelection,
  type StackTransform,
  samplesUnder,
  selectionTotals,
} from '@sonde/profile'
import type { ExportFormat } from '@sonde/profile/export'
import { answerFunctions, type FunctionsQuestion } from './answer-functions.ts'
import { answerOddStacks, type OddStacksQuestion } from './answer-odd-stacks.ts'
import { answerSandwich, type SandwichQuestion } from './answer-sandwich.ts'
import { appliedTransforms } from './applied-transforms.ts'

export type ExportQuestion = { format: ExportFormat; selection: SampleSelection; title: string }

/**
 * What the engine can be asked about its profile, beside the flame graph itself: one entry a question, each a pure function of
 * the profile and a plain-data question. The answer is plain data with typed arrays, which are transferred to the page: they
 * must not be used by the function afterwards. (Columns of the profile itself may be part of an answer; those are copied.)
 */
export const ENGINE_ANSWERS = {
  /** How much of the profile a selection holds. */
  totals: (profile: Profile, selection: SampleSelection) => selectionTotals(profile, selection),
  /** What transforms did to a selection. */
  transforms: (profile: Profile, question: { transforms: readonly StackTransform[]; selection: SampleSelection }) =>
    appliedTransforms(profile, question),
  /** Rows of the table of functions, sorted and searched. */
  functions: (profile: Profile, question: FunctionsQuestion) => answerFunctions(profile, question),
  /** Callers and callees of one function. */
  sandwich: (profile: Profile, question: SandwichQuestion) => answerSandwich(profile, question),
  /** What each host has of it. */
  hosts: (profile: Profile, selection: SampleSelection) => hostTotals(profile, selection),
  /** How far each host is from the others, and in what. */
  oddStacks: (profile: Profile, question: OddStacksQuestion) => answerOddStacks(profile, question),
  /** Functions whose shares differ the most between a host and the rest. */
  differences: (profile: Profile, { limit, ...selection }: DifferencesQuestion) => functionDifferences(profile, selection, limit),
  /** When the samples were taken: cells of a sub-second offset heat map. */
  heat: (profile: Profile, question: HeatQuestion) => heatMap(profile, question),
  /** How much of a selection lies under kernel functions of some names. */
  under: (profile: Profile, question: { names: readonly string[]; selection: SampleSelection }) => samplesUnder(profile, question),
  /** The selected samples as a file. Its code is fetched when the first file is made. */
  export: async (profile: Profile, { format, ...options }: ExportQuestion) => {
    const { exportProfile } = await import('@sonde/profile/export')
    return { bytes: await exportProfile(profile, format, options) }
  },
} as const satisfies Record<string, EngineAnswerer>

type DifferencesQuestion = { hostId: string; limit: number } & Pick<SampleSelection, 'window'>

// biome-ignore lint/suspicious/noExplicitAny: each entry has its own question; EngineQuestion and EngineAnswer name them
type EngineAnswerer = (profile: Profile, question: any) => unknown

export type EngineQuestionName = keyof typeof ENGINE_ANSWERS
export type EngineQuestion<Name extends EngineQuestionName> = Parameters<(typeof ENGINE_ANSWERS)[Name]>[1]
export type EngineAnswer<Name extends EngineQuestionName> = Awaited<ReturnType<(typeof ENGINE_ANSWERS)[Name]>>
