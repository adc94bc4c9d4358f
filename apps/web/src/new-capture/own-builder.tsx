'use client'
import { type CollectorId, type HostView, PROBE_KINDS, type Probe, probesOf } from '@sonde/contract'
import { Button } from '@sonde/ui'
import { Plus, Search } from 'lucide-react'
import { useState } from 'react'
import { COLLECTOR_WORDS } from '../collectors/collector-words.ts'
import { InstrumentCard } from './instrument-card.tsx'
import { emptyDraft, type InstrumentDraft, instrumentOfDraft, mainProbe } from './instrument-draft.ts'
import { collectorsFor, freeCollectors, placeProbe } from './place-probe.ts'
import { ProbeFinder } from './probe-finder.tsx'
import { likelyStarts } from './span-pair.ts'
import { useProbeDetails } from './use-probe-details.ts'

const WITHOUT_PROBE = ['syscalls', 'offcpu'] as const satisfies readonly CollectorId[]

/** Every probe that the cards have so far, and those that may begin a span: what the hosts are asked about. */
function probesOfDrafts(own: readonly InstrumentDraft[]): Probe[] {
  return own.flatMap((draft) => {
    const made = instrumentOfDraft(draft)
    if (made.ok) return probesOf(made.instrument)
    const probe = mainProbe(draft)
    if (probe === null) return []
    const spans = draft.collector === 'latency' || draft.collector === 'events' ? draft.start : null
    const start = spans?.probe ?? null
    return [probe, ...(start === null ? [] : [start]), ...(probe.kind === 'pmu' ? [] : likelyStarts(probe))]
  })
}

/** Probe × collector, put together by hand: a finder for probes, a card for each thing that is recorded. */
export function OwnBuilder({
  own,
  hosts,
  onChange,
}: {
  own: readonly InstrumentDraft[]
  hosts: readonly HostView[]
  onChange: (own: readonly InstrumentDraft[]) => void
}) {
  const [finding, setFinding] = useState(own.length === 0)
  const [added, setAdded] = useState<{ collector: CollectorId | null; turn: number }>({ collector: null, turn: 0 })
  const details = useProbeDetails(
    hosts.map((host) => host.id),
    probesOfDrafts(own),
  )
  const taken = own.map((draft) => draft.collector)
  const withoutProbe = WITHOUT_PROBE.filter((collector) => !taken.includes(collector))
  return (
    <div className="flex min-w-0 flex-col gap-3">
      {own.map((draft, index) => (
        <InstrumentCard
          key={draft.collector}
          draft={draft}
          hosts={hosts}
          details={details}
          taken={taken}
          focusTurn={draft.collector === added.collector ? added.turn : 0}
          onChange={(next) => onChange(own.map((d, i) => (i === index ? next : d)))}
          onRemove={() => onChange(own.filter((_, i) => i !== index))}
        />
      ))}
      {finding ? (
        <ProbeFinder
          hosts={hosts}
          kinds={PROBE_KINDS}
          label="Find a probe"
          autoFocus={own.length > 0}
          collectorsOf={(probe) => {
            const free = freeCollectors(own, probe)
            return free.length > 0 ? free : collectorsFor(probe).slice(0, 1)
          }}
          onPick={(hit, collector) => {
            if (collector === null) return
            details.remember(hit)
            onChange(placeProbe(own, hit.probe, collector))
            setFinding(false)
            setAdded({ collector, turn: added.turn + 1 })
          }}
          {...(own.length > 0 ? { onClose: () => setFinding(false) } : {})}
        />
      ) : null}
      <div className="flex flex-wrap items-center gap-1.5">
        {own.length > 0 ? (
          <Button onClick={() => setFinding(!finding)} aria-expanded={finding}>
            <Search aria-hidden /> {finding ? 'Close the finder' : 'Find another probe'}
          </Button>
        ) : null}
        {withoutProbe.length > 0 ? (
          <>
            <span className="text-ink-2 text-sm">{own.length > 0 ? 'or add' : 'Without a probe:'}</span>
            {withoutProbe.map((collector) => (
              <Button
                key={collector}
                title={COLLECTOR_WORDS[collector].what}
                onClick={() => {
                  onChange([...own, emptyDraft(collector)])
                  setFinding(false)
                  setAdded({ collector, turn: added.turn + 1 })
                }}
              >
                <Plus aria-hidden /> {COLLECTOR_WORDS[collector].name}
              </Button>
            ))}
          </>
        ) : null}
      </div>
    </div>
  )
}
