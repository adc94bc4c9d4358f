'use client'
import { type ProbeHit, probeLabel } from '@sonde/contract'
import { cx, HostText } from '@sonde/ui'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef } from 'react'
import { markMatches } from './match-marks.ts'
import { coverageWords } from './probe-coverage.tsx'
import { PROBE_KIND_WORDS } from './probe-kind-words.ts'

const ROW_PX = 30

export const isRefused = (hit: ProbeHit): boolean => hit.denied !== null || hit.onHosts === 0

/** What was found, as the list of a combobox: the text box above has the focus and the keys. */
export function FinderHits({
  id,
  label,
  hits,
  search,
  hostCount,
  active,
  onActive,
  onPick,
}: {
  id: string
  label: string
  hits: readonly ProbeHit[]
  search: string
  hostCount: number
  active: number
  onActive: (index: number) => void
  onPick: (index: number) => void
}) {
  const scroller = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({ count: hits.length, getScrollElement: () => scroller.current, estimateSize: () => ROW_PX, overscan: 10 })
  useEffect(() => {
    if (active >= 0) virtual.scrollToIndex(active, { align: 'auto' })
  }, [active, virtual])
  return (
    <div ref={scroller} id={id} role="listbox" aria-label={label} tabIndex={-1} className="h-full overflow-auto">
      <div role="presentation" className="relative" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const hit = hits[item.index]
          if (!hit) return null
          const isActive = item.index === active
          const refused = isRefused(hit)
          const coverage = hit.denied ? 'may not be attached' : coverageWords(hit, hostCount)
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the text box's
            <div
              key={`${probeLabel(hit.probe)} ${hit.name}`}
              id={`${id}-${item.index}`}
              role="option"
              tabIndex={-1}
              aria-selected={isActive}
              aria-disabled={refused}
              aria-setsize={hits.length}
              aria-posinset={item.index + 1}
              data-testid="probe-hit"
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => (isActive && !refused ? onPick(item.index) : onActive(item.index))}
              className={cx(
                'absolute inset-x-0 grid cursor-pointer grid-cols-[76px_minmax(0,1fr)_auto] items-center gap-2 px-3',
                isActive ? 'bg-selected' : 'hover:bg-hover',
              )}
              style={{ height: ROW_PX, top: item.start }}
            >
              <span className="text-ink-3 text-sm">{PROBE_KIND_WORDS[hit.probe.kind].short}</span>
              <span className="flex min-w-0 items-baseline gap-2">
                <ProbeName name={hit.name} search={search} dimmed={refused} />
                <ArgumentList hit={hit} />
              </span>
              <span className={cx('whitespace-nowrap text-sm', refused ? 'text-warn' : 'text-ink-3')}>
                {hit.onHosts === hostCount && !hit.denied ? '' : coverage}
              </span>
            </div>
          )
        })}
      </div>
    </div>
  )
}

function ProbeName({ name, search, dimmed }: { name: string; search: string; dimmed: boolean }) {
  return (
    <bdi title={name} className={cx('max-w-full shrink-0 truncate font-mono text-[12px]', dimmed && 'text-ink-3')}>
      {markMatches(name, search).map((part, index) =>
        part.marked ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: parts have no other name than their place
          <mark key={index} className="bg-transparent font-semibold text-accent">
            {part.text}
          </mark>
        ) : (
          part.text
        ),
      )}
    </bdi>
  )
}

/** Arguments in a row, cut to what is left of it. */
function ArgumentList({ hit }: { hit: ProbeHit }) {
  if (hit.arguments.length === 0) return null
  return (
    <HostText
      text={`(${hit.arguments.map((argument) => argument.name).join(', ')})`}
      title={hit.arguments.map((argument) => `${argument.cType} ${argument.name}`).join(', ')}
      mono
      className="min-w-0 flex-1 text-ink-3"
    />
  )
}
