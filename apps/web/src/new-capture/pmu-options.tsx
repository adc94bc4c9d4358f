'use client'
import { Button, HostText, SelectionChip } from '@sonde/ui'
import { Plus } from 'lucide-react'
import { useState } from 'react'
import { CheckField } from './check-field.tsx'
import type { OptionsProps } from './instrument-card.tsx'
import type { DraftOf } from './instrument-draft.ts'
import { MAX_COUNTERS, withProbe } from './place-probe.ts'
import { MissingHosts } from './probe-coverage.tsx'
import { ProbeFinder } from './probe-finder.tsx'

/** Counters that make a ratio together. */
const SETS: ReadonlyArray<{ label: string; events: readonly string[] }> = [
  { label: 'IPC', events: ['cycles', 'instructions'] },
  { label: 'branch misses', events: ['branches', 'branch-misses'] },
  { label: 'cache misses', events: ['cache-references', 'cache-misses'] },
  { label: 'scheduling', events: ['task-clock', 'context-switches', 'cpu-migrations'] },
  { label: 'page faults', events: ['page-faults', 'major-faults'] },
]

export function PmuOptions({ draft, hosts, details, onChange }: OptionsProps<DraftOf<'pmu'>>) {
  const [adding, setAdding] = useState(draft.events.length === 0)
  const add = (events: readonly string[]) =>
    onChange({ ...draft, events: [...new Set([...draft.events, ...events])].slice(0, MAX_COUNTERS) })
  return (
    <>
      <div className="flex flex-wrap items-center gap-1.5">
        {draft.events.map((event) => (
          <SelectionChip
            key={event}
            onRemove={() => onChange({ ...draft, events: draft.events.filter((e) => e !== event) })}
            removeLabel={`Do not count ${event}`}
          >
            <HostText text={event} mono />
          </SelectionChip>
        ))}
        {draft.events.length < MAX_COUNTERS ? (
          <Button size="sm" variant="ghost" onClick={() => setAdding(!adding)} aria-expanded={adding}>
            <Plus aria-hidden /> {adding ? 'Close' : 'Find a counter'}
          </Button>
        ) : null}
      </div>
      {draft.events.map((event) => {
        const known = details.of({ kind: 'pmu', event })
        return known && known.onHosts < hosts.length ? (
          <div key={event} className="text-sm text-warn">
            <HostText text={event} mono />: <MissingHosts missing={known.missing} onHosts={known.onHosts} hostCount={hosts.length} />
          </div>
        ) : null
      })}
      <div className="flex flex-wrap items-center gap-1">
        <span className="text-ink-2 text-sm">Together:</span>
        {SETS.map((set) => (
          <Button key={set.label} size="sm" title={set.events.join(', ')} onClick={() => add(set.events)}>
            {set.label}
          </Button>
        ))}
      </div>
      {adding ? (
        <ProbeFinder
          hosts={hosts}
          kinds={['pmu']}
          label="Find a counter"
          onPick={(hit) => onChange(withProbe(draft, hit.probe))}
          onClose={() => setAdding(false)}
        />
      ) : null}
      <CheckField
        label="For each CPU"
        hint="Else all CPUs together, or all recorded threads where the capture is filtered."
        checked={draft.perCpu}
        onChange={(perCpu) => onChange({ ...draft, perCpu })}
      />
    </>
  )
}
