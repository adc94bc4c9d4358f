import { keyOfFrame } from '@sonde/profile'
import type { Findings } from './compare-measures.ts'
import type { ComparisonSide } from './comparison-side.ts'

/** How many of the functions that are new on B are called, directly or not, from a function, by its key. One pass over B's stacks a question. */
export function newFunctionsBelow({ functions }: Findings, { profile }: ComparisonSide): (key: string) => number {
  const newOnes = new Set(functions.filter(({ presence }) => presence === 'new').map(({ key }) => key))
  if (!profile || newOnes.size === 0) return () => 0
  const { stacks, frames } = profile
  const keys = Array.from({ length: frames.length }, (_, frame) => keyOfFrame(profile, frame))
  return (key) => {
    const below = new Uint8Array(stacks.length)
    const found = new Set<string>()
    for (let at = 0; at < stacks.length; at++) {
      const parent = stacks.parent[at] ?? -1
      const own = keys[stacks.frame[at] ?? 0] ?? ''
      const isBelow = parent >= 0 && (below[parent] === 1 || keys[stacks.frame[parent] ?? 0] === key)
      if (!isBelow) continue
      below[at] = 1
      if (own !== key && newOnes.has(own)) found.add(own)
    }
    return found.size
  }
}
