'use client'
import type { CaptureSpec, Forecast } from '@sonde/contract'
import {
  Badge,
  Button,
  formatBytes,
  formatCores,
  formatCount,
  formatPlural,
  formatRate,
  formatSpan,
  HostText,
  Meter,
  Notice,
  Panel,
  ProgressBar,
  type Tone,
} from '@sonde/ui'
import { useMutation } from '@tanstack/react-query'
import { Gauge } from 'lucide-react'
import { useState } from 'react'
import { useTRPC } from '../trpc/client.tsx'
import { errorText } from '../trpc/errors.ts'
import { budgetShare, countVerdicts, type HostForecast, worstFirst } from './forecast-order.ts'

const VERDICTS: Record<Forecast['verdict'], { word: string; tone: Tone }> = {
  ok: { word: 'within budget', tone: 'good' },
  sampled: { word: 'sampled', tone: 'warn' },
  'over-budget': { word: 'over budget', tone: 'bad' },
}
const SHOWN = 12

/** The question that was asked, as long as the form still says the same. A forecast is of its moment: asked again by a person alone. */
export function useForecast(hostIds: readonly string[], spec: CaptureSpec | null) {
  const trpc = useTRPC()
  const asking = useMutation(trpc.hosts.forecast.mutationOptions())
  const isCurrent = spec !== null && JSON.stringify(asking.variables) === JSON.stringify({ hostIds, spec })
  return {
    ask: () => {
      if (spec !== null) asking.mutate({ hostIds: [...hostIds], spec })
    },
    isCurrent,
    isAsking: asking.isPending,
    answers: isCurrent ? asking.data : undefined,
    error: isCurrent ? asking.error : null,
  }
}
export type ForecastState = ReturnType<typeof useForecast>

export function ForecastButton({ forecast, disabled }: { forecast: ForecastState; disabled: boolean }) {
  return (
    <Button size="lg" onClick={forecast.ask} disabled={disabled || forecast.isAsking} data-testid="ask-forecast">
      <Gauge aria-hidden /> {forecast.isAsking ? 'Counting for a second…' : 'What would it cost?'}
    </Button>
  )
}

/** What the hosts said, worst first; nothing until it is asked for. */
export function ForecastPanel({ forecast }: { forecast: ForecastState }) {
  const [all, setAll] = useState(false)
  const { answers, error, isAsking, isCurrent } = forecast
  if (!isCurrent || (!isAsking && !answers && !error)) return null
  const sorted = worstFirst(answers ?? [])
  return (
    <Panel title="What it would cost">
      <div className="relative flex min-w-0 flex-col gap-2" aria-busy={isAsking} data-testid="forecast">
        {isAsking ? (
          <>
            <ProgressBar share={null} label="The hosts count the probes" className="absolute -top-3 right-0 left-0" />
            <p className="text-ink-2">The hosts count how often the probes fire, for a second. Nothing is recorded.</p>
          </>
        ) : null}
        {error ? (
          <Notice tone="bad" title="The hosts could not be asked">
            <HostText wrap text={errorText(error)} />
          </Notice>
        ) : null}
        {answers && answers.length > 1 ? <Verdicts answers={answers} /> : null}
        <ul className="flex flex-col">
          {(all ? sorted : sorted.slice(0, SHOWN)).map((answer) => (
            <HostAnswer key={answer.hostId} answer={answer} alone={sorted.length === 1} />
          ))}
        </ul>
        {sorted.length > SHOWN && !all ? (
          <Button size="sm" className="self-start" onClick={() => setAll(true)}>
            Show {sorted.length - SHOWN} more
          </Button>
        ) : null}
      </div>
    </Panel>
  )
}

function Verdicts({ answers }: { answers: readonly HostForecast[] }) {
  const count = countVerdicts(answers)
  const parts = [
    count.refused > 0 ? `${formatPlural(count.refused, 'host')} would not count` : null,
    count.over > 0 ? `${count.over} over budget` : null,
    count.sampled > 0 ? `${count.sampled} would sample` : null,
    count.ok > 0 ? `${count.ok} within budget` : null,
  ].filter((part) => part !== null)
  return (
    <p role="status" className="text-ink-2">
      {parts.join(', ')}; worst first.
    </p>
  )
}

function HostAnswer({ answer, alone }: { answer: HostForecast; alone: boolean }) {
  const { hostName, forecast: said } = answer
  const name = <HostText text={hostName} className="min-w-0 font-medium" />
  if (!said.ok)
    return (
      <li className="flex flex-col border-line border-b py-1.5 last:border-b-0" data-testid="host-forecast" data-verdict="refused">
        <span className="flex items-center gap-2">
          {name}
          <span className="flex-1" />
          <Badge tone="warn">not counted</Badge>
        </span>
        <HostText wrap text={said.message} className="text-ink-2" />
      </li>
    )
  const { forecast } = said
  const share = budgetShare(said)
  const { word, tone } = VERDICTS[forecast.verdict]
  const verdict = <Badge tone={tone}>{forecast.verdict === 'sampled' ? `1 in ${formatCount(forecast.every)} recorded` : word}</Badge>
  const budget = <Meter label="Share of the budget" share={share} warnAt={0.8} text={`${formatPercent(share)} of budget`} />
  const item = { 'data-testid': 'host-forecast', 'data-verdict': forecast.verdict }
  if (alone)
    return (
      <li className="flex flex-col gap-1" {...item}>
        <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
          {verdict}
          <span className="flex-1" />
          {budget}
        </span>
        <HostFigures forecast={forecast} />
      </li>
    )
  // One line a host where there are many; the rest opens.
  return (
    <li className="border-line border-b last:border-b-0" {...item}>
      <details className="group">
        <summary className="flex flex-wrap items-center gap-x-3 gap-y-1 py-1.5 hover:bg-hover">
          {name}
          {forecast.verdict === 'ok' ? null : verdict}
          <span className="flex-1" />
          <span className="text-ink-2">{formatRate(forecast.hitsPerSecond)}</span>
          {budget}
        </summary>
        <div className="flex flex-col gap-1 pb-2">
          <HostFigures forecast={forecast} />
        </div>
      </details>
    </li>
  )
}

function HostFigures({ forecast }: { forecast: Forecast }) {
  return (
    <>
      <dl className="flex flex-wrap gap-x-4 text-ink-2">
        <Figure name="hits" value={formatRate(forecast.hitsPerSecond)} of={formatRate(forecast.budget.hitsPerSecond)} />
        <Figure name="CPU" value={formatCores(forecast.cores)} of={formatCores(forecast.budget.cores)} />
        <Figure name="result" value={`${formatBytes(forecast.bytesPerSecond)}/s`} />
      </dl>
      <HostText wrap text={forecast.message} className="text-ink-2 text-sm" />
      {forecast.probes.length > 0 ? <ProbeCounts forecast={forecast} /> : null}
    </>
  )
}

function Figure({ name, value, of }: { name: string; value: string; of?: string }) {
  return (
    <div className="flex gap-1.5">
      <dt className="text-ink-3">{name}</dt>
      <dd>
        <span className="font-medium text-ink">{value}</span>
        {of ? `, allowed ${of}` : null}
      </dd>
    </div>
  )
}

function formatPercent(share: number): string {
  if (!Number.isFinite(share)) return 'all'
  if (share > 0 && share < 0.01) return '<1 %'
  return `${Math.round(share * 100)} %`
}

function ProbeCounts({ forecast }: { forecast: Forecast }) {
  const sorted = [...forecast.probes].sort((a, b) => b.hits - a.hits)
  return (
    <details className="text-sm">
      <summary className="text-ink-2 hover:text-ink">
        {formatPlural(sorted.length, 'probe')} counted for {formatSpan(forecast.countedMs)}
      </summary>
      <table className="mt-1 w-full" aria-label="Counted probes">
        <tbody>
          {sorted.slice(0, 50).map((probe) => (
            <tr key={probe.label}>
              <td className="w-full max-w-0 truncate">
                <HostText text={probe.label} mono />
              </td>
              <td className="whitespace-nowrap pl-3 text-right">{formatPlural(probe.hits, 'hit')}</td>
              <td className="whitespace-nowrap pl-3 text-right text-ink-3">{formatCount(probe.costNs)} ns each</td>
            </tr>
          ))}
        </tbody>
      </table>
      {sorted.length > 50 ? <p className="text-ink-3">and {sorted.length - 50} more</p> : null}
    </details>
  )
}
