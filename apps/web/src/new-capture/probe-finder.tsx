'use client'
import type { BinaryRef, CollectorId, HostView, Probe, ProbeHit, ProbeKind } from '@sonde/contract'
import { Chips, formatCount, formatPlural, HostText, Notice, SearchInput, Skeleton, useListKeys } from '@sonde/ui'
import { useEffect, useId, useRef, useState } from 'react'
import { hostFit } from '../hosts/host-fit.ts'
import { ObstacleList } from '../recipes/obstacle-list.tsx'
import { errorText } from '../trpc/errors.ts'
import { useDebounced } from '../url/use-debounced.ts'
import { BinaryField } from './binary-field.tsx'
import { FinderDetails } from './finder-details.tsx'
import { FinderHits, isRefused } from './finder-hits.tsx'
import { FinderHosts } from './finder-hosts.tsx'
import { PROBE_KIND_WORDS } from './probe-kind-words.ts'
import { patternProbe, withoutStars } from './probe-pattern.ts'
import { useProbeDetails } from './use-probe-details.ts'
import { useProbeSearch } from './use-probe-search.ts'

const IN_KERNEL: readonly ProbeKind[] = ['tracepoint', 'kprobe', 'pmu']
type Filter = 'all' | ProbeKind
const PATTERN_PAUSE_MS = 200

export type ProbeFinderProps = {
  hosts: readonly HostView[]
  /** Which kinds may be picked. */
  kinds: readonly ProbeKind[]
  /** What the text box is for, in words. */
  label: string
  /** User functions and USDT probes of this binary alone. */
  within?: BinaryRef | null
  /** Text that the box starts with. */
  initialText?: string
  autoFocus?: boolean
  /** The collectors that a probe may be recorded by, the usual one first. */
  collectorsOf?: (probe: Probe) => readonly CollectorId[]
  onPick: (hit: ProbeHit, collector: CollectorId | null) => void
  /** Escape in an empty box. */
  onClose?: () => void
}

/** One box over everything that the picked hosts offer, and what is known of the probe that the keys stand on. */
export function ProbeFinder({
  hosts,
  kinds,
  label,
  within = null,
  initialText = '',
  autoFocus = false,
  collectorsOf = () => [],
  onPick,
  onClose,
}: ProbeFinderProps) {
  const listId = useId()
  const box = useRef<HTMLInputElement>(null)
  const [text, setText] = useState(initialText)
  const [filter, setFilter] = useState<Filter>(kinds.length === 1 && kinds[0] ? kinds[0] : within ? 'uprobe' : 'all')
  const [chosenBinary, setBinary] = useState<BinaryRef | null>(null)
  const inBinary = filter === 'uprobe' || filter === 'usdt'
  const binary = within ?? chosenBinary
  const asked = filter === 'all' ? kinds.filter((kind) => IN_KERNEL.includes(kind)) : [filter]
  const ready = hosts.length > 0 && (!inBinary || binary !== null)
  const hostIds = hosts.map((host) => host.id)
  const { result, error, loading, stale } = useProbeSearch({
    hostIds: ready ? hostIds : [],
    text: withoutStars(text),
    kinds: asked,
    binary: inBinary ? binary : null,
  })
  const paused = useDebounced(text, PATTERN_PAUSE_MS)
  const pattern = ready ? patternProbe(paused, filter, inBinary ? binary : null) : null
  const patternHit = useProbeDetails(hostIds, pattern === null ? [] : [pattern])
  const whole = pattern === null ? undefined : patternHit.of(pattern)
  // A name with * in it is a probe of its own, if there is anything that it fits: all of them.
  const hits = ready ? [...(whole?.doc ? [whole] : []), ...(result?.hits ?? [])] : []
  const pick = (index: number, collector?: CollectorId | null) => {
    const hit = hits[index]
    if (!hit || isRefused(hit)) return
    const choices = collectorsOf(hit.probe)
    onPick(hit, collector === undefined ? (choices[0] ?? null) : collector)
  }
  const keys = useListKeys({
    count: hits.length,
    onPick: pick,
    onClose: () => {
      if (text !== '') setText('')
      else onClose?.()
    },
  })
  const active = hits[keys.active]
  const fit = filter === 'all' ? null : hostFit({ capabilities: [PROBE_KIND_WORDS[filter].needs], kinds: [filter], collectors: [] }, hosts)

  useEffect(() => {
    if (autoFocus) box.current?.focus()
  }, [autoFocus])

  const options: Array<{ value: Filter; label: string; title?: string }> = [
    ...(kinds.length > 1 && kinds.some((kind) => IN_KERNEL.includes(kind))
      ? [{ value: 'all' as const, label: 'Everything in the kernel' }]
      : []),
    ...kinds.map((kind) => ({ value: kind, label: PROBE_KIND_WORDS[kind].many, title: PROBE_KIND_WORDS[kind].what })),
  ]
  return (
    <div className="flex min-w-0 flex-col gap-2" data-testid="probe-finder">
      {options.length > 1 ? (
        <Chips
          label="Kind of probe"
          value={filter}
          onChange={(next) => {
            setFilter(next)
            keys.setActive(0)
          }}
          options={options}
        />
      ) : null}
      {inBinary && within === null ? (
        <BinaryField
          hosts={hosts}
          value={chosenBinary}
          onChange={(next) => {
            setBinary(next)
            // The box is only there once React has shown it.
            requestAnimationFrame(() => box.current?.focus())
          }}
        />
      ) : null}
      <div
        className="overflow-hidden rounded-md border border-line-strong bg-surface focus-within:border-accent"
        hidden={hosts.length > 0 && !ready}
      >
        <SearchInput
          ref={box}
          role="combobox"
          aria-label={label}
          aria-autocomplete="list"
          aria-expanded={hits.length > 0}
          aria-controls={listId}
          aria-activedescendant={active ? `${listId}-${keys.active}` : undefined}
          data-shortcut="/"
          placeholder={
            inBinary ? 'Words of a name, or a name with * for anything' : 'sys_enter_open, block rq, tcp_retransmit, page-faults, vfs_*…'
          }
          value={text}
          disabled={!ready}
          onChange={(event) => {
            setText(event.target.value)
            keys.setActive(0)
          }}
          onKeyDown={keys.onKeyDown}
          className="border-line border-b [&_input::-webkit-search-cancel-button]:hidden [&_input]:h-9 [&_input]:rounded-none [&_input]:border-0 [&_input]:pr-40! [&_input]:outline-none"
          end={
            ready && result ? (
              <span role="status" className="whitespace-nowrap pr-1 text-ink-3 text-sm" data-testid="probe-count">
                {result.total > result.hits.length ? `first ${result.hits.length} of ` : ''}
                {formatCount(result.total)}
                {text.trim() === '' ? ' probes' : ` of ${formatCount(result.searched)}`}
              </span>
            ) : undefined
          }
        />
        <div className="grid h-80 grid-rows-[minmax(0,1fr)_auto] sm:grid-cols-[minmax(0,1fr)_minmax(220px,300px)] sm:grid-rows-1">
          {!ready ? (
            <Hint>
              {hosts.length === 0 ? 'Pick a host: what can be probed is what it has.' : 'Choose a process, a program or a library first.'}
            </Hint>
          ) : error && !result ? (
            <div className="p-3 sm:col-span-2">
              <Notice tone="bad" title={inBinary ? 'The binary could not be read' : 'The probes could not be searched'}>
                <HostText wrap text={errorText(error)} />
              </Notice>
            </div>
          ) : loading || !result ? (
            <div className="flex flex-col gap-2 p-3 sm:col-span-2" role="status">
              <span className={inBinary ? 'text-ink-2' : 'sr-only'}>
                {inBinary ? 'The host reads what can be probed in this file…' : 'Searching'}
              </span>
              {[0, 1, 2, 3].map((row) => (
                <Skeleton key={row} className="h-5" />
              ))}
            </div>
          ) : hits.length === 0 ? (
            <div className="flex flex-col gap-2 overflow-auto p-3 sm:col-span-2">
              <p>
                {fit !== null && fit.able === 0
                  ? 'None of the picked hosts can attach these probes.'
                  : text.trim() === ''
                    ? 'The picked hosts offer no probe of this kind.'
                    : `Nothing here has “${text.trim()}” in its name.`}
              </p>
              {fit ? <ObstacleList fit={fit} className="flex flex-col gap-1 text-sm" /> : null}
              <FinderHosts hosts={result.hosts} />
            </div>
          ) : (
            <>
              <div className={stale ? 'min-h-0 min-w-0 opacity-80' : 'min-h-0 min-w-0'} aria-busy={stale}>
                <FinderHits
                  id={listId}
                  label={`${formatPlural(result.total, 'probe')} found`}
                  hits={hits}
                  search={text}
                  hostCount={hosts.length}
                  active={keys.active}
                  onActive={keys.setActive}
                  onPick={pick}
                />
              </div>
              <div className="min-h-0 overflow-auto border-line border-t bg-inset max-sm:max-h-36 sm:border-t-0 sm:border-l">
                {active ? (
                  <FinderDetails
                    hit={active}
                    hostCount={hosts.length}
                    collectors={collectorsOf(active.probe)}
                    onPick={(collector) => pick(keys.active, collector)}
                  />
                ) : null}
              </div>
            </>
          )}
        </div>
      </div>
      {hits.length > 0 && result ? <FinderHosts hosts={result.hosts} /> : null}
    </div>
  )
}

function Hint({ children }: { children: string }) {
  return <p className="p-3 text-ink-2 sm:col-span-2">{children}</p>
}
