import { type CaptureView, type CaptureViewState, instrumentOf } from '@sonde/contract'
import type { FlameKind } from './flame-words.ts'

/** The profiles of a capture whose functions can be listed. */
export function functionSources({ spec, source }: Pick<CaptureView, 'spec' | 'source'>): FlameKind[] {
  const sources: FlameKind[] = []
  // What was imported has no instruments, and is a profile.
  if (source !== null || instrumentOf(spec, 'stacks')) sources.push('profile')
  if (instrumentOf(spec, 'offcpu')) sources.push('offcpu')
  return sources
}

/** The one that the view shows: what it says where the capture has it, else the first. */
export function functionSource(capture: Pick<CaptureView, 'spec' | 'source'>, { fnOf }: Pick<CaptureViewState, 'fnOf'>): FlameKind {
  const sources = functionSources(capture)
  return sources.find((source) => source === fnOf) ?? sources[0] ?? 'profile'
}
