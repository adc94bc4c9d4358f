'use client'
import type { CaptureView, Selection } from '@sonde/contract'
import { formatWeight } from '@sonde/flamegraph'
import type { SideSummary } from '@sonde/flamegraph/react'
import { Button, formatCount, Input, Select, TimeChart, visibleText } from '@sonde/ui'
import { useState } from 'react'
import { captureSpanMs, formatWindow, parseWindow } from '../capture/capture-time.ts'

export type SideSelectorsProps = {
  letter: 'A' | 'B'
  selection: Selection
  capture: CaptureView
  summary: SideSummary | undefined
  onSelect: (selection: Selection) => void
}

const short = (text: string): string => visibleText(text.slice(0, 80))

/** Host, process and time of a side. */
export function SideSelectors({ letter, selection, capture, summary, onSelect }: SideSelectorsProps) {
  const { host, rest, process, window } = selection
  const many = capture.targets.length > 1
  const chosenHost = host === '' ? '' : `${rest ? 'rest' : 'only'} ${host}`
  const processes = summary?.processes ?? []
  const isListed = process === '' || processes.some(({ hostId, pid }) => `${hostId}:${pid}` === process)
  const left = (summary?.processesInAll ?? 0) - processes.length
  return (
    <div className="flex min-w-0 flex-col gap-2 border-line border-t pt-2">
      <div className="grid min-w-0 grid-cols-1 gap-2 sm:grid-cols-2">
        <div className="flex min-w-0 flex-col gap-0.5 text-ink-2 text-sm">
          Hosts
          <Select
            aria-label={`Hosts of side ${letter}`}
            value={chosenHost}
            onChange={(event) => {
              const [how, id = ''] = event.target.value.split(' ')
              onSelect({ ...selection, host: id, rest: how === 'rest', process: '' })
            }}
          >
            <option value="">{many ? `all ${capture.targets.length} hosts` : 'the only host'}</option>
            {many ? (
              <>
                <optgroup label="Only">
                  {capture.targets.map((target) => (
                    <option key={target.hostId} value={`only ${target.hostId}`}>
                      {short(target.hostName)}
                    </option>
                  ))}
                </optgroup>
                <optgroup label="All but">
                  {capture.targets.map((target) => (
                    <option key={target.hostId} value={`rest ${target.hostId}`}>
                      all but {short(target.hostName)}
                    </option>
                  ))}
                </optgroup>
              </>
            ) : null}
          </Select>
        </div>
        <div className="flex min-w-0 flex-col gap-0.5 text-ink-2 text-sm">
          Process
          <Select
            aria-label={`Process of side ${letter}`}
            value={process}
            disabled={processes.length === 0 && process === ''}
            onChange={(event) => onSelect({ ...selection, process: event.target.value })}
          >
            <option value="">all processes</option>
            {isListed ? null : <option value={process}>process {process.slice(process.lastIndexOf(':') + 1)}</option>}
            {processes.map(({ hostId, hostName, pid, comm, weight }) => (
              <option key={`${hostId}:${pid}`} value={`${hostId}:${pid}`}>
                {short(comm)} {pid}
                {many && host === '' ? ` on ${short(hostName)}` : ''}, {formatWeight(weight, summary?.unit ?? 'samples')}
              </option>
            ))}
          </Select>
          {left > 0 ? <span className="text-ink-3">and {formatCount(left)} with fewer samples, not listed</span> : null}
        </div>
      </div>
      <TimeOfSide
        letter={letter}
        window={window}
        capture={capture}
        summary={summary}
        onWindow={(next) => onSelect({ ...selection, window: next })}
      />
    </div>
  )
}

type TimeOfSideProps = {
  letter: 'A' | 'B'
  window: string
  capture: CaptureView
  summary: SideSummary | undefined
  onWindow: (window: string) => void
}

/** A stretch of time: brushed in the samples over time where they have times, or typed in seconds. */
function TimeOfSide({ letter, window, capture, summary, onWindow }: TimeOfSideProps) {
  const span = parseWindow(window)
  const domainMs = Math.max(captureSpanMs(capture), (summary?.overTime.weights.length ?? 0) * (summary?.overTime.stepMs ?? 0))
  const [from, setFrom] = useState<string | null>(null)
  const [to, setTo] = useState<string | null>(null)
  const shown = { from: from ?? (span ? String(span.fromMs / 1_000) : ''), to: to ?? (span ? String(span.toMs / 1_000) : '') }
  const typed = () => {
    const [fromMs, toMs] = [Number(shown.from || 0) * 1_000, Number(shown.to || domainMs / 1_000) * 1_000]
    setFrom(null)
    setTo(null)
    if (Number.isFinite(fromMs) && Number.isFinite(toMs) && fromMs >= 0 && toMs > fromMs) onWindow(formatWindow({ fromMs, toMs }))
  }
  const unit = summary?.unit ?? 'samples'
  return (
    <div className="flex min-w-0 flex-col gap-1">
      {summary?.timed ? (
        <div className="flex h-24 min-w-0 flex-col">
          <TimeChart
            label={`Side ${letter} over time`}
            testId={`time-${letter.toLowerCase()}`}
            className="flex-1"
            series={[{ id: 'weight', name: unit, color: 'var(--series-1)', values: summary.overTime.weights }]}
            stepMs={summary.overTime.stepMs}
            domainMs={domainMs}
            format={(value) => formatWeight(value, unit)}
            formatTick={(value) => (unit === 'samples' || unit === 'count' ? formatCount(value) : formatWeight(value, unit))}
            window={span}
            onWindow={(next) => onWindow(formatWindow(next))}
          />
        </div>
      ) : summary ? (
        <p className="text-ink-3 text-sm">These samples have no times, so only system calls can be narrowed to a time.</p>
      ) : null}
      <form
        className="flex flex-wrap items-center gap-1.5 text-ink-2 text-sm"
        onSubmit={(event) => {
          event.preventDefault()
          typed()
        }}
      >
        <span>from</span>
        <Input
          className="w-18!"
          inputMode="decimal"
          aria-label={`Side ${letter} from, seconds`}
          value={shown.from}
          onChange={(event) => setFrom(event.target.value)}
          placeholder="0"
        />
        <span>to</span>
        <Input
          className="w-18!"
          inputMode="decimal"
          aria-label={`Side ${letter} to, seconds`}
          value={shown.to}
          onChange={(event) => setTo(event.target.value)}
          placeholder={String(Math.round(domainMs / 1_000))}
        />
        <span>s</span>
        <Button size="sm" type="submit">
          Set
        </Button>
        {window === '' ? null : (
          <Button size="sm" variant="ghost" onClick={() => onWindow('')}>
            The whole time
          </Button>
        )}
      </form>
    </div>
  )
}
