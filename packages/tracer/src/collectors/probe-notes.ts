import type { InstrumentProbes } from './collector-plan.ts'

/** What had to be decided to find the probes of an instrument, each sentence once. */
export const notesOf = ({ fire, start }: InstrumentProbes): string[] => [
  ...new Set([...start, ...fire].flatMap(({ note }) => (note === undefined ? [] : [note]))),
]

/** Where not every event is recorded. `each`: what one that is stands for. */
export const sampledNotes = (every: number, each: 'itself' | 'all'): string[] => {
  if (every === 1) return []
  const what = each === 'all' ? `each stands for ${every}` : 'the others are in no row'
  return [`One in ${every} events was recorded, by chance, to stay within the host's budget; ${what}.`]
}
