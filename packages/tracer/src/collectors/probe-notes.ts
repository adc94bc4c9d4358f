import type { InstrumentProbes } from './collector-plan.ts'

/** What had to be decided to find the probes of an instrument, each sentence once. */
export const notesOf = ({ fire, start }: InstrumentProbes): string[] => [
  ...new Set([...start, ...fire].flatMap(({ note }) => (note === undefined ? [] : [note]))),
]
