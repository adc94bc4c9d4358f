'use client'
import type { CaptureView, CaptureViewState } from '@sonde/contract'
import { type LoadedProfile, useEngineAnswer } from '@sonde/flamegraph/react'
import type { HeatAnswer, HeatQuestion } from '@sonde/profile'
import {
  Button,
  EmptyState,
  formatBytes,
  formatCount,
  formatExact,
  formatNs,
  formatPlural,
  formatSpan,
  HeatLegend,
  Notice,
  Segmented,
  SkeletonRows,
} from '@sonde/ui'
import { Grid3x3, Table2 } from 'lucide-react'
import { useMemo } from 'react'
import { isLive } from '../captures/capture-state.ts'
import { errorText } from '../trpc/errors.ts'
import { formatWindow, parseWindow } from './capture-time.ts'
import { amountText, type FlameKind, flameWords } from './flame-words.ts'
import { HeatMaps } from './heat-maps.tsx'
import { sumOfSpan } from './heat-rows.ts'
import { HeatTable } from './heat-table.tsx'
import { NothingSelected } from './nothing-selected.tsx'
import { Pane } from './pane.tsx'
import { parseProcess } from './process-selection.ts'
import type { Result } from './use-result.ts'
import type { UpdateView } from './use-view-state.ts'
import { Waiting } from './waiting.tsx'

/**
 * Cells of a second. Samples have times of their own; waits are added up by the host in slices of 250 ms, each lying where its last one
 * ended, and finer cells would show what nobody has measured.
 */
const ROWS_PER_SECOND: Record<FlameKind, number> = { profile: 50, offcpu: 4 }

const AS = [
  { value: 'map', name: 'As a picture', label: <Grid3x3 aria-hidden /> },
  { value: 'table', name: 'As a table', label: <Table2 aria-hidden /> },
] as const

export type HeatPaneProps = {
  capture: CaptureView
  /** Which profiles the capture has. */
  kinds: readonly FlameKind[]
  profiles: Record<FlameKind, Result<LoadedProfile>>
  view: CaptureViewState
  update: UpdateView
}

/** When samples were taken, to 20 ms: where a stretch of time is picked that all panes then show. */
export function HeatPane({ capture, kinds, profiles, view, update }: HeatPaneProps) {
  const kind: FlameKind = view.heatOf === 'offcpu' && kinds.includes('offcpu') ? 'offcpu' : (kinds[0] ?? 'profile')
  const result = profiles[kind]
  const profile = result.data
  const words = flameWords(capture.spec, kind)
  const process = useMemo(() => parseProcess(view.process) ?? undefined, [view.process])
  const window = useMemo(() => parseWindow(view.window), [view.window])
  const manyHosts = (profile?.hosts.length ?? 0) > 1 && view.host === ''
  const question: HeatQuestion = {
    selection: { hostId: view.host === '' ? undefined : view.host, process },
    rowsPerSecond: ROWS_PER_SECOND[kind],
    hosts: manyHosts && view.heatHosts === 'each' ? 'each' : 'together',
    withIdle: view.heatIdle,
  }
  const { data: answer, error, isStale } = useEngineAnswer(profile, 'heat', question)
  const amount = (sum: { weight: number; count: number }) => amountText(answer?.unit ?? 'samples', sum, words)
  const total = answer?.layers.reduce((sum, layer) => sum + layer.total.count, 0) ?? 0
  const failure = error ?? (profile ? null : result.error)

  return (
    <Pane
      testId="heat-pane"
      title="Heat map"
      isStale={isStale && answer !== undefined}
      tools={
        <>
          {kinds.length > 1 ? (
            <Segmented
              label="Heat map of"
              value={kind}
              onChange={(of) => update({ heatOf: of === 'offcpu' ? 'offcpu' : 'auto' }, 'replace')}
              options={kinds.map((one) => ({ value: one, label: flameWords(capture.spec, one).title }))}
            />
          ) : null}
          {manyHosts ? (
            <Segmented
              label="Hosts of the heat map"
              value={view.heatHosts}
              onChange={(heatHosts) => update({ heatHosts }, 'replace')}
              options={[
                { value: 'together', label: 'together' },
                { value: 'each', label: 'each host' },
              ]}
            />
          ) : null}
          {answer && answer.idle.count > 0 ? (
            <Button aria-pressed={view.heatIdle} onClick={() => update({ heatIdle: !view.heatIdle }, 'replace')}>
              {view.heatIdle ? 'Leave out idle' : 'Show idle'}
            </Button>
          ) : null}
          <span className="flex-1" />
          <Segmented label="Show the heat map" value={view.heatAs} onChange={(heatAs) => update({ heatAs }, 'replace')} options={AS} />
        </>
      }
      foot={
        answer?.timed && total > 0 ? (
          <Foot answer={answer} kind={kind} window={window} withIdle={view.heatIdle} amount={amount} />
        ) : undefined
      }
    >
      {failure && !answer ? (
        <div className="p-3">
          <Notice tone="bad" title="The heat map could not be made">
            {errorText(failure)}
          </Notice>
        </div>
      ) : result.isLoading || (profile && !answer) ? (
        <SkeletonRows label="Loading the heat map" rows={8} />
      ) : answer && profile && profile.sampleRows > 0 && !answer.timed ? (
        <EmptyState title="These samples carry no times">
          What was recorded says how often each stack was seen, not when. Folded stacks and pprof files are like that; the other panes show
          all of it.
        </EmptyState>
      ) : !answer || !profile || profile.sampleRows === 0 ? (
        <Waiting capture={capture} what={words.what} idle={words.idle} />
      ) : total === 0 && (view.process !== '' || view.host !== '') ? (
        <NothingSelected
          what={words.what}
          text={words.nothingOf}
          onShowAllProcesses={view.process === '' ? null : () => update({ process: '', zoom: '', waitZoom: '' }, 'push')}
          onShowAllHosts={view.host === '' ? null : () => update({ host: '', zoom: '', waitZoom: '' }, 'push')}
        />
      ) : view.heatAs === 'table' ? (
        <HeatTable
          answer={answer}
          weightTitle={WEIGHT_TITLES[answer.unit]}
          countTitle={answer.unit === 'ns' || answer.unit === 'bytes' ? (words.events?.many ?? 'events') : null}
          weightText={(weight) =>
            answer.unit === 'ns' ? formatNs(weight) : answer.unit === 'bytes' ? formatBytes(weight) : formatExact(weight)
          }
          window={window}
          onWindow={(next) => update({ window: formatWindow(next) }, 'push')}
        />
      ) : (
        <HeatMaps
          answer={answer}
          seconds={isLive(capture.state) ? Math.max(answer.seconds, Math.ceil(capture.spec.durationMs / 1_000)) : answer.seconds}
          most={mostOf(answer)}
          amount={amount}
          cellAmount={(weight) => weightText(answer, weight)}
          window={window}
          onWindow={(next, how) => update({ window: formatWindow(next) }, how === 'new' ? 'push' : 'replace')}
          onHost={(host) => update({ host, zoom: '', waitZoom: '' }, 'push')}
        />
      )}
    </Pane>
  )
}

const WEIGHT_TITLES: Record<HeatAnswer['unit'], string> = { samples: 'Samples', ns: 'Time', bytes: 'Bytes', count: 'Events' }

const mostOf = ({ layers }: HeatAnswer): number => layers.reduce((most, layer) => Math.max(most, layer.most), 0)

function weightText({ unit }: HeatAnswer, weight: number): string {
  if (unit === 'ns') return formatNs(weight)
  if (unit === 'bytes') return formatBytes(weight)
  return formatPlural(weight, unit === 'count' ? 'event' : 'sample')
}

type FootProps = {
  answer: HeatAnswer
  kind: FlameKind
  window: { fromMs: number; toMs: number } | null
  withIdle: boolean
  amount: (sum: { weight: number; count: number }) => string
}

/** How much is in the maps, what is not, and what the colours stand for. */
function Foot({ answer, kind, window, withIdle, amount }: FootProps) {
  const { idle, beyond, leftOut, layers, seconds } = answer
  const most = mostOf(answer)
  const cellMs = 1_000 / answer.rowsPerSecond
  const isCut = window !== null && [window.fromMs, window.toMs].some((ms) => ms % cellMs !== 0 && ms < answer.endMs)
  const all = sumOfSpan(answer, layers, { fromMs: 0, toMs: seconds * 1_000 })
  return (
    <>
      <span
        data-testid="heat-total"
        title={isCut ? `The selected time begins or ends within a cell of ${cellMs} ms; such a cell counts where it begins.` : undefined}
      >
        {window
          ? `${isCut ? '≈ ' : ''}${amount(sumOfSpan(answer, layers, window))} of ${formatCount(all.count)} in this time`
          : `${amount(all)} over ${formatSpan(Math.round(answer.endMs / 100) * 100)}`}
      </span>
      {idle.count > 0 ? (
        <span data-testid="heat-idle" title="Samples of the kernel’s idle task in its idle loop: nothing ran. The flame graph counts them.">
          {withIdle ? 'with' : 'without'} {formatCount(idle.count)} idle
        </span>
      ) : null}
      {beyond.count > 0 ? (
        <span className="text-warn" title="Their time lies before the start or after the end of the recording.">
          {formatCount(beyond.count)} outside of the time
        </span>
      ) : null}
      {leftOut.hosts > 0 ? (
        <span className="text-warn" title="There is not room for so many maps of that length. Select a host to see its own.">
          {formatPlural(leftOut.hosts, 'host')} without a map, {formatCount(leftOut.count)} samples
        </span>
      ) : null}
      {kind === 'offcpu' ? (
        <span className="text-ink-3" title="Hosts add waits of the same stack up for 250 ms; each lies where the last of them ended.">
          when waits ended, to 250 ms
        </span>
      ) : null}
      <span className="flex-1" />
      <HeatLegend
        most={`${weightText(answer, most)} in ${cellMs} ms`}
        quarter={weightText(answer, most / 4)}
        title={`Darker in light themes and brighter in dark ones for more, on a scale of square roots: the middle colour is a quarter of the most (${weightText(answer, most / 4)}).`}
      />
    </>
  )
}
