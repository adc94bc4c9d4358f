'use client'
import { binaryLabel, type HostView, type Probe, type ProbeKind, probeLabel } from '@sonde/contract'
import { Button, cx, HostText, Segmented } from '@sonde/ui'
import { X } from 'lucide-react'
import { useRef, useState } from 'react'
import { coverageWords, MissingHosts } from './probe-coverage.tsx'
import { ProbeFinder } from './probe-finder.tsx'
import type { ProbeDetails } from './use-probe-details.ts'

const ENDS = [
  { value: 'entry', label: 'on entry' },
  { value: 'return', label: 'on return' },
] as const

export type ProbeSlotProps = {
  /** What the probe is here: "Probe", "From", "To". */
  label: string
  probe: Probe | null
  hosts: readonly HostView[]
  details: ProbeDetails
  kinds: readonly ProbeKind[]
  /** Said where nothing is picked yet. */
  empty?: string
  /** A function may be probed at either end; not where the end is given, as in a span. */
  chooseEnd?: boolean
  onChange: (probe: Probe) => void
  onRemove?: () => void
  removeLabel?: string
}

/** A probe of a card: which one, where it is missing, and a finder to put another one in its place. */
export function ProbeSlot({
  label,
  probe,
  hosts,
  details,
  kinds,
  empty = 'Nothing picked yet',
  chooseEnd = false,
  onChange,
  onRemove,
  removeLabel = 'Remove the probe',
}: ProbeSlotProps) {
  const [finding, setFinding] = useState(false)
  const change = useRef<HTMLButtonElement>(null)
  const close = () => {
    setFinding(false)
    change.current?.focus()
  }
  const known = probe === null ? undefined : details.of(probe)
  return (
    <div className="flex min-w-0 flex-col gap-1.5" data-testid="probe-slot">
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <span className="w-10 shrink-0 text-ink-3 text-sm">{label}</span>
        {probe === null ? <span className="text-ink-2">{empty}</span> : <ProbeName probe={probe} />}
        {chooseEnd && probe !== null && 'at' in probe ? (
          <Segmented label="When the function is probed" value={probe.at} onChange={(at) => onChange({ ...probe, at })} options={ENDS} />
        ) : null}
        <Button
          ref={change}
          size="sm"
          variant={probe === null ? 'secondary' : 'ghost'}
          onClick={() => setFinding(!finding)}
          aria-expanded={finding}
        >
          {finding ? 'Close' : probe === null ? 'Find a probe' : 'Change'}
        </Button>
        {onRemove ? (
          <Button size="sm" variant="ghost" icon aria-label={removeLabel} onClick={onRemove}>
            <X />
          </Button>
        ) : null}
        {known ? (
          <span className={cx('text-sm', known.onHosts < hosts.length ? 'text-warn' : 'text-ink-3')}>
            {coverageWords(known, hosts.length)}
          </span>
        ) : null}
      </div>
      {known && known.missing.length > 0 ? (
        <div className="sm:pl-12">
          <MissingHosts missing={known.missing} onHosts={known.onHosts} hostCount={hosts.length} />
        </div>
      ) : null}
      {known?.doc && probe !== null && probeLabel(probe).includes('*') ? (
        <HostText wrap text={known.doc} className="text-ink-2 text-sm sm:pl-12" />
      ) : null}
      {known?.denied ? (
        <p className="text-bad text-sm">
          May not be attached: <HostText wrap text={known.denied} />
        </p>
      ) : null}
      {finding ? (
        <ProbeFinder
          hosts={hosts}
          kinds={kinds}
          label={`Find a probe: ${label}`}
          autoFocus
          onPick={(hit) => {
            details.remember(hit)
            onChange(hit.probe)
            close()
          }}
          onClose={close}
        />
      ) : null}
    </div>
  )
}

/** Its name first, since the path of a binary is long and is cut where there is no room. */
function ProbeName({ probe }: { probe: Probe }) {
  const label = probeLabel(probe)
  if (!('binary' in probe)) return <HostText text={label} mono className="min-w-0 font-medium" />
  const name = probe.kind === 'usdt' ? `usdt:${probe.provider}:${probe.name}` : `${label.slice(0, label.indexOf(':'))}:${probe.function}`
  return (
    <span className="flex min-w-0 flex-wrap items-baseline gap-x-2" title={label}>
      <HostText text={name} mono className="font-medium" />
      <HostText text={`in ${binaryLabel(probe.binary)}`} mono className="min-w-0 text-ink-3" />
    </span>
  )
}
