'use client'
import type { CollectorId, HostView } from '@sonde/contract'
import { Button, cx, Segmented } from '@sonde/ui'
import { X } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { COLLECTOR_WORDS } from '../collectors/collector-words.ts'
import { hostFit } from '../hosts/host-fit.ts'
import { ObstacleList } from '../recipes/obstacle-list.tsx'
import { CountsOptions } from './counts-options.tsx'
import { needsOfDraft } from './draft-needs.ts'
import { EventsOptions } from './events-options.tsx'
import { type InstrumentDraft, type InstrumentField, instrumentOfDraft, mainProbe } from './instrument-draft.ts'
import { LatencyOptions } from './latency-options.tsx'
import { OffcpuOptions } from './offcpu-options.tsx'
import { collectorsFor, withCollector } from './place-probe.ts'
import { PmuOptions } from './pmu-options.tsx'
import { PROBE_KIND_WORDS } from './probe-kind-words.ts'
import { StacksOptions } from './stacks-options.tsx'
import { SyscallsOptions } from './syscalls-options.tsx'
import type { ProbeDetails } from './use-probe-details.ts'

export type InstrumentCardProps = {
  draft: InstrumentDraft
  hosts: readonly HostView[]
  details: ProbeDetails
  /** Collectors that other cards have already. */
  taken: readonly CollectorId[]
  onChange: (draft: InstrumentDraft) => void
  onRemove: () => void
  /** Grows whenever something was just added to the card: the keys go on from here. 0: never. */
  focusTurn: number
}

/** What is wrong is said by the part itself where it can be; the card says the rest. */
const SAID_BY_PART: readonly InstrumentField[] = ['when', 'startWhen']

/** One instrument: a collector, its probes, its options. */
export function InstrumentCard({ draft, hosts, details, taken, onChange, onRemove, focusTurn }: InstrumentCardProps) {
  const card = useRef<HTMLElement>(null)
  useEffect(() => {
    if (focusTurn > 0) card.current?.focus({ preventScroll: true })
  }, [focusTurn])
  const probe = mainProbe(draft)
  const choices =
    probe === null ? [] : collectorsFor(probe).filter((collector) => collector === draft.collector || !taken.includes(collector))
  const made = instrumentOfDraft(draft)
  const needs = needsOfDraft(draft)
  const fit = hostFit(needs, hosts)
  // What the probe itself needs is said by the probe, host by host.
  const saidByProbe = needs.kinds.map((kind) => PROBE_KIND_WORDS[kind].needs)
  const unsaid = probe !== null && details.of(probe) ? needs.capabilities.filter((id) => !saidByProbe.includes(id)) : needs.capabilities
  const words = COLLECTOR_WORDS[draft.collector]
  return (
    <section
      ref={card}
      tabIndex={-1}
      aria-label={words.name}
      data-testid={`instrument-${draft.collector}`}
      className={cx('min-w-0 rounded-md border bg-surface', fit.total > 0 && fit.able === 0 ? 'border-warn' : 'border-line-strong')}
    >
      <header className="flex flex-wrap items-center gap-x-3 gap-y-1 border-line border-b bg-inset px-3 py-1.5">
        <h3 className={choices.length > 1 ? 'sr-only' : 'font-semibold'}>{words.name}</h3>
        {choices.length > 1 && probe !== null ? (
          <Segmented
            label="What to record of it"
            value={draft.collector}
            onChange={(collector) => onChange(withCollector(draft, probe, collector))}
            options={choices.map((collector) => ({ value: collector, label: COLLECTOR_WORDS[collector].name }))}
          />
        ) : null}
        <span className="min-w-0 flex-1 truncate text-ink-3 text-sm max-lg:hidden">{words.what}</span>
        <span className="flex-1 lg:hidden" />
        <Button size="sm" variant="ghost" icon aria-label={`Do not record ${words.name}`} onClick={onRemove}>
          <X />
        </Button>
      </header>
      <div className="flex min-w-0 flex-col gap-3 p-3">
        <Options draft={draft} hosts={hosts} details={details} onChange={onChange} />
        {!made.ok && !SAID_BY_PART.includes(made.field) ? <p className="text-sm text-warn">{made.message}</p> : null}
        <ObstacleList fit={hostFit({ ...needs, capabilities: unsaid }, hosts)} className="flex flex-col gap-1 text-sm" />
      </div>
    </section>
  )
}

export type OptionsProps<D extends InstrumentDraft> = {
  draft: D
  hosts: readonly HostView[]
  details: ProbeDetails
  onChange: (draft: InstrumentDraft) => void
}

function Options({ draft, ...rest }: OptionsProps<InstrumentDraft>) {
  switch (draft.collector) {
    case 'stacks':
      return <StacksOptions draft={draft} {...rest} />
    case 'syscalls':
      return <SyscallsOptions draft={draft} {...rest} />
    case 'offcpu':
      return <OffcpuOptions draft={draft} {...rest} />
    case 'counts':
      return <CountsOptions draft={draft} {...rest} />
    case 'latency':
      return <LatencyOptions draft={draft} {...rest} />
    case 'events':
      return <EventsOptions draft={draft} {...rest} />
    case 'pmu':
      return <PmuOptions draft={draft} {...rest} />
  }
}
