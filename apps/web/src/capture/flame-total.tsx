import type { LoadedProfile } from '@sonde/flamegraph/react'
import type { CallTree } from '@sonde/profile'
import { formatPlural } from '@sonde/ui'
import { type FlameWords, flameTotal } from './flame-words.ts'

/** What the whole graph adds up to, in a line below it; of a comparison both sides. */
export function FlameTotal({ profile, tree, words }: { profile: LoadedProfile; tree: CallTree; words: FlameWords }) {
  const { short, long } = flameTotal(profile, tree, words)
  if (tree.diff) {
    const { here, rest, hereCount, restCount, restHosts } = tree.diff
    const side = (total: ArrayLike<number>, count: ArrayLike<number>) => flameTotal(profile, { total, count }, words).short
    return (
      <span
        data-testid="sample-count"
        title="Each side is scaled to the same width: a frame is as wide as its share of what this host recorded plus its share of what the others did. Processes of different hosts are never the same, so functions are merged."
      >
        {side(here, hereCount)} on this host, {side(rest, restCount)} on {formatPlural(restHosts, 'other')}
      </span>
    )
  }
  return (
    <span data-testid="sample-count" title={profile.meta.event ? `Sampled on ${profile.meta.event}` : undefined}>
      {short}
      {long === '' ? null : <span className="text-ink-3">{long}</span>}
    </span>
  )
}
