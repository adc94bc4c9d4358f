'use client'
import type { CaptureView, CaptureViewState } from '@sonde/contract'
import { Explain, formatMoments, HostText, SelectionChip } from '@sonde/ui'
import { useMemo } from 'react'
import { CompareChipLinks } from '../compare/compare-chip-links.tsx'
import { WindowNotesButton } from '../notes/window-notes.tsx'
import { captureSpanMs, parseWindow } from './capture-time.ts'
import { processName } from './process-names.ts'
import { parseProcess } from './process-selection.ts'
import { qualityBadges } from './quality-badges.ts'
import type { CaptureResults } from './use-capture-results.ts'
import type { UpdateView } from './use-view-state.ts'

type MarksProps = { capture: CaptureView; results: CaptureResults; view: CaptureViewState; update: UpdateView }

/** The selection, and what a reader must know about the data. */
export function CaptureMarks({ capture, results, view, update }: MarksProps) {
  const badges = useMemo(() => qualityBadges(capture.targets, results.syscalls.data), [capture.targets, results.syscalls.data])
  const selected = useMemo(() => parseProcess(view.process), [view.process])
  const window = useMemo(() => parseWindow(view.window), [view.window])
  const { profile, offcpu, syscalls, counts, latency, events } = results
  const name = selected
    ? processName(selected, {
        profile: profile.data,
        offcpu: offcpu.data,
        syscalls: syscalls.data,
        counts: counts.data,
        latency: latency.data,
        events: events.data,
      })
    : null
  const hostNameOf = (hostId: string | undefined) => capture.targets.find((target) => target.hostId === hostId)?.hostName
  const hostName = view.host === '' ? hostNameOf(selected?.hostId) : undefined
  if (badges.length === 0 && view.host === '' && !selected && !window) return null
  return (
    <div className="flex min-w-0 max-w-full flex-wrap items-center gap-1.5">
      {view.host === '' ? null : (
        <SelectionChip onRemove={() => update({ host: '', zoom: '', waitZoom: '' }, 'push')} removeLabel="Show all hosts">
          <span className="flex min-w-0 items-baseline gap-1" data-testid="selected-host">
            {view.against === 'rest' ? 'host' : 'only host'}{' '}
            <HostText text={hostNameOf(view.host) ?? 'that is not of this capture'} className="font-medium" />
          </span>
        </SelectionChip>
      )}
      {view.against === 'rest' ? (
        <SelectionChip
          onRemove={() => update({ against: '', zoom: '', waitZoom: '' }, 'push')}
          removeLabel="Stop comparing it with the rest"
        >
          <span data-testid="selected-against">against the rest</span>
        </SelectionChip>
      ) : null}
      {selected ? (
        <SelectionChip onRemove={() => update({ process: '', zoom: '', waitZoom: '' }, 'push')} removeLabel="Show all processes">
          <span className="flex min-w-0 items-baseline gap-1" data-testid="selected-process">
            only <HostText text={name ?? 'process'} className="font-medium" /> {selected.pid}
            {capture.targets.length > 1 && hostName ? <HostText text={`on ${hostName}`} /> : null}
          </span>
        </SelectionChip>
      ) : null}
      {window ? (
        <SelectionChip onRemove={() => update({ window: '' }, 'push')} removeLabel="Show the whole time">
          <span data-testid="selected-window">only {formatMoments(window.fromMs, window.toMs, captureSpanMs(capture))}</span>
        </SelectionChip>
      ) : null}
      {window ? <WindowNotesButton window={window} view={view} /> : null}
      <CompareChipLinks capture={capture} view={view} />
      {badges.map((badge) => (
        <Explain
          key={badge.id}
          tone={badge.tone}
          what={
            <>
              <HostText wrap text={badge.what} />
              {badge.causes.map((cause) => (
                <span key={cause.what} className="mt-1 block border-line border-t pt-1">
                  <HostText wrap text={cause.what} className="font-medium" /> <HostText wrap text={cause.remedy} className="text-ink-2" />
                </span>
              ))}
            </>
          }
          remedy={badge.remedy}
          testId={`badge-${badge.id}`}
        >
          {badge.label}
        </Explain>
      ))}
    </div>
  )
}
