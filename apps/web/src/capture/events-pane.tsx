'use client'
import { type CaptureEvents, type CaptureView, type CaptureViewState, instrumentOf } from '@sonde/contract'
import { Button, formatCount, formatPlural, Notice, SearchInput, SkeletonRows, TimeChart } from '@sonde/ui'
import { Pause, Play } from 'lucide-react'
import { type RefObject, useMemo, useState } from 'react'
import { isLive } from '../captures/capture-state.ts'
import { CsvButton } from '../downloads/csv-button.tsx'
import { errorText } from '../trpc/errors.ts'
import { useSyncedText } from '../url/use-synced-text.ts'
import { formatWindow, parseWindow } from './capture-time.ts'
import { eventCsv } from './event-csv.ts'
import { EventsTable } from './events-table.tsx'
import { NothingSelected } from './nothing-selected.tsx'
import { Pane } from './pane.tsx'
import type { Result } from './use-result.ts'
import type { UpdateView } from './use-view-state.ts'
import { Waiting } from './waiting.tsx'

export type EventsPaneProps = {
  capture: CaptureView
  /** What the time axis covers. */
  domainMs: number
  events: Result<CaptureEvents>
  view: CaptureViewState
  update: UpdateView
  findRef: RefObject<HTMLInputElement | null> | null
  onShowMore: (() => void) | null
}

export function EventsPane({ capture, domainMs, events, view, update, findRef, onShowMore }: EventsPaneProps) {
  const [find, setFind] = useSyncedText(view.find, (text) => update({ find: text }, 'replace'))
  /** What was shown when the reader stopped the rows from moving. */
  const [held, setHeld] = useState<CaptureEvents | null>(null)
  const live = isLive(capture.state)
  const data = held ?? events.data
  const instrument = instrumentOf(capture.spec, 'events')
  const window = useMemo(() => parseWindow(view.window), [view.window])
  const series = useMemo(() => (data ? [{ id: 'events', name: 'events', color: 'var(--accent)', values: data.counts }] : []), [data])
  const isNarrowed = view.host !== '' || view.process !== '' || window !== null || view.find !== ''
  const isEmpty = !data || data.matching === 0
  const narrow: UpdateView = (patch, mode) => {
    setHeld(null)
    update(patch, mode)
  }

  return (
    <Pane
      testId="events-pane"
      title="Events"
      isStale={events.isStale}
      tools={
        <>
          <SearchInput
            ref={findRef ?? undefined}
            className="min-w-32 flex-1"
            aria-label="Filter the events"
            placeholder="Process or value"
            value={find}
            onChange={(event) => {
              setHeld(null)
              setFind(event.target.value)
            }}
          />
          {live || held ? (
            <Button
              aria-pressed={held !== null}
              onClick={() => setHeld(held === null ? (events.data ?? null) : null)}
              title={held ? 'Show what has come in since' : 'Keep the rows where they are; recording goes on'}
            >
              {held ? <Play aria-hidden /> : <Pause aria-hidden />} {held ? 'Go on' : 'Hold'}
            </Button>
          ) : null}
          {data && !isEmpty ? (
            <CsvButton
              capture={capture}
              part="events"
              what={data.rows.length < data.matching ? `the ${formatPlural(data.rows.length, 'event')} listed` : 'the events'}
              make={() => eventCsv(data, (id) => capture.targets.find((target) => target.hostId === id)?.hostName ?? id)}
            />
          ) : null}
        </>
      }
      foot={
        data && data.received > 0 ? (
          <Foot data={data} maxRows={instrument?.maxRows ?? 0} maxPerSecond={instrument?.maxPerSecond ?? 0} />
        ) : undefined
      }
    >
      {events.error && !data ? (
        <div className="p-3">
          <Notice tone="bad" title="The events could not be loaded">
            {errorText(events.error)}
          </Notice>
        </div>
      ) : events.isLoading ? (
        <SkeletonRows label="Loading the events" rows={8} />
      ) : isEmpty && isNarrowed && data && (data.received > 0 || view.host !== '') ? (
        <NothingSelected
          what="events"
          text="None happened there while the probes were attached."
          onClearFilter={
            view.find === ''
              ? null
              : () => {
                  setFind('')
                  narrow({ find: '' }, 'replace')
                }
          }
          onShowAllTime={window ? () => narrow({ window: '' }, 'push') : null}
          onShowAllProcesses={view.process === '' ? null : () => narrow({ process: '' }, 'push')}
          onShowAllHosts={view.host === '' ? null : () => narrow({ host: '' }, 'push')}
        />
      ) : isEmpty ? (
        <Waiting
          capture={capture}
          what="events"
          idle={{ title: 'It did not happen', text: 'The probes were attached and did not fire, or no event met the conditions.' }}
        />
      ) : (
        <>
          <TimeChart
            label={`Events over time: ${formatPlural(data.matching, 'row')}`}
            className="h-24 shrink-0 border-line border-b"
            series={series}
            stacked
            stepMs={data.grid.stepMs}
            domainMs={domainMs}
            format={formatCount}
            window={window}
            onWindow={(next, how) => narrow({ window: formatWindow(next) }, how === 'new' ? 'push' : 'replace')}
            testId="events-chart"
          />
          <EventsTable data={data} manyHosts={capture.targets.length > 1} view={view} update={narrow} onShowMore={onShowMore} />
        </>
      )}
    </Pane>
  )
}

/** How many rows there are, and how many there are not, and why. */
function Foot({ data, maxRows, maxPerSecond }: { data: CaptureEvents; maxRows: number; maxPerSecond: number }) {
  return (
    <>
      <span data-testid="events-total">
        {data.matching === data.received
          ? formatPlural(data.received, 'event')
          : `${formatCount(data.matching)} of ${formatPlural(data.received, 'event')}`}
      </span>
      {data.overCap > 0 ? (
        <span
          className="text-warn"
          data-testid="events-over-cap"
          title={`Each host keeps at most ${formatCount(maxRows)} rows, and ${formatCount(maxPerSecond)} a second. What came on top was counted, not kept.`}
        >
          {formatCount(data.overCap)} more over the cap
        </span>
      ) : null}
      {data.lost > 0 ? (
        <span className="text-warn" title="The tracing tool could not hand them over in time.">
          {formatCount(data.lost)} lost
        </span>
      ) : null}
      {data.leftOut > 0 ? (
        <span className="text-warn" title="The server keeps the newest rows at hand. The older ones are stored, and in no list here.">
          {formatCount(data.leftOut)} older ones left out
        </span>
      ) : null}
    </>
  )
}
