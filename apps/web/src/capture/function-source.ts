import { type CaptureView, type CaptureViewState, hasResultsOf } from '@sonde/contract'
import type { FlameKind } from './flame-words.ts'

type Source = Pick<CaptureView, 'spec' | 'source'>

/** The profiles of a capture whose functions can be listed. */
export function functionSources(capture: Source): FlameKind[] {
  const sources: FlameKind[] = []
  if (hasResultsOf(capture, 'stacks')) sources.push('profile')
  if (hasResultsOf(capture, 'offcpu')) sources.push('offcpu')
  return sources
}

/** The one that the view shows: what it says where the capture has it, else the first. */
export function functionSource(capture: Source, { fnOf }: Pick<CaptureViewState, 'fnOf'>): FlameKind {
  const sources = functionSources(capture)
  return sources.find((source) => source === fnOf) ?? sources[0] ?? 'profile'
}
