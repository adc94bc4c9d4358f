import { plainText } from './plain-text.ts'
import { FRAME_KIND, type Profile } from './profile.ts'
import { UNKNOWN_NAME } from './profile-builder.ts'
import { type SampleSelection, selectSamples } from './sample-selection.ts'

export type FoldOptions = SampleSelection & {
  /** What a line starts with; default `comm`. */
  root?: 'comm' | 'comm-pid' | 'comm-pid-tid' | 'none' | undefined
  /** Mark kernel frames `_[k]`, JIT frames `_[j]` and inlined ones `_[i]`. */
  annotate?: boolean | undefined
}

const ANNOTATION: Record<number, string> = { [FRAME_KIND.kernel]: '_[k]', [FRAME_KIND.jit]: '_[j]', [FRAME_KIND.inlined]: '_[i]' }

/**
 * Folded stacks, `comm;outer;inner weight`, one line per distinct stack, sorted by code unit: what flame graph tools read.
 * Characters that the format cannot hold are replaced: `;` in a name by `:`, line breaks by a blank, controls by U+FFFD. A stack without
 * any name is `[unknown]`.
 */
export function toFolded(profile: Profile, options: FoldOptions = {}): string[] {
  const { frames, stacks, samples, strings, threads } = profile
  const { keptThreads, from, to } = selectSamples(profile, options)
  const frameText = Array.from({ length: frames.length }, (_, i) => {
    const name = foldable(strings[frames.name[i] ?? 0] ?? '')
    return options.annotate ? name + (ANNOTATION[frames.kind[i] ?? 0] ?? '') : name
  })
  const rootText = Array.from({ length: threads.length }, (_, i) => {
    const comm = foldable(strings[threads.comm[i] ?? 0] ?? '').replaceAll(' ', '_')
    if (options.root === 'none') return ''
    if (options.root === 'comm-pid') return `${comm}-${threads.pid[i]}`
    return options.root === 'comm-pid-tid' ? `${comm}-${threads.pid[i]}/${threads.tid[i]}` : comm
  })

  const weights = new Map<string, Map<number, number>>()
  for (let i = from; i < to; i++) {
    const thread = samples.thread[i] ?? 0
    if (keptThreads[thread] === 0) continue
    const root = rootText[thread] ?? ''
    let ofRoot = weights.get(root)
    if (!ofRoot) {
      ofRoot = new Map()
      weights.set(root, ofRoot)
    }
    const stack = samples.stack[i] ?? -1
    ofRoot.set(stack, (ofRoot.get(stack) ?? 0) + (samples.weight[i] ?? 0))
  }

  // Distinct stacks can read the same (same names from two modules), so lines are added up once more as text.
  const lines = new Map<string, number>()
  for (const [root, ofRoot] of weights) {
    for (const [stack, weight] of ofRoot) {
      const names: string[] = []
      for (let at = stack; at >= 0; at = stacks.parent[at] ?? -1) names.push(frameText[stacks.frame[at] ?? 0] ?? '')
      if (root !== '') names.push(root)
      const line = names.reverse().join(';').trim() || UNKNOWN_NAME
      lines.set(line, (lines.get(line) ?? 0) + weight)
    }
  }
  return [...lines].sort(([a], [b]) => (a < b ? -1 : 1)).map(([line, weight]) => `${line} ${weightText(weight)}`)
}

function foldable(text: string): string {
  return plainText(text.replaceAll(';', ':'))
}

/** Never in exponents, which readers of the format do not know. */
function weightText(weight: number): string {
  return Number.isInteger(weight) ? String(weight) : weight.toFixed(6).replace(/\.?0+$/, '')
}
