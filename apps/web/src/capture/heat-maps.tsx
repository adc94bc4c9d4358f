'use client'
import type { TimeWindow } from '@sonde/contract'
import type { HeatAnswer, HeatLayer } from '@sonde/profile'
import { formatMoments, formatSpan, HostText, OffsetHeatMap, type SelectTime, visibleText } from '@sonde/ui'
import { sumOfSpan } from './heat-rows.ts'

export type HeatMapsProps = {
  answer: HeatAnswer
  /** Seconds that the axis covers: what is still to come of a running capture, too. */
  seconds: number
  most: number
  amount: (sum: { weight: number; count: number }) => string
  /** The same of one cell, of which no events are known. */
  cellAmount: (weight: number) => string
  window: TimeWindow | null
  onWindow: SelectTime
  onHost: (hostId: string) => void
}

/** One map of all that is selected; or one for each host, all on one scale. */
export function HeatMaps({ answer, seconds, most, amount, cellAmount, window, onWindow, onHost }: HeatMapsProps) {
  const { layers, rowsPerSecond } = answer
  const domainMs = seconds * 1_000
  const map = (layer: HeatLayer, className: string) => (
    <OffsetHeatMap
      label={`When samples were taken${layer.hostName === '' ? '' : ` on ${visibleText(layer.hostName)}`}: ${amount(layer.total)} over ${formatSpan(Math.round(answer.endMs / 100) * 100)}, by second and offset within it`}
      values={layer.weight}
      seconds={seconds}
      endMs={answer.endMs}
      rowsPerSecond={rowsPerSecond}
      most={most}
      describe={(span, shared) => {
        const words = amount(sumOfSpan(answer, [layer], span))
        const host = layer.hostName === '' ? '' : `, host ${visibleText(layer.hostName)}`
        const within = shared ? `, ${cellAmount(shared.value)} at most at ${shared.offsetMs} ms of a second` : ''
        return `${formatMoments(span.fromMs, span.toMs, domainMs)}: ${words}${within}${host}`
      }}
      window={window}
      onWindow={onWindow}
      className={className}
      testId="heat-map"
    />
  )
  const [first] = layers
  if (first && layers.length === 1 && first.hostId === '') return <div className="flex min-h-40 flex-1">{map(first, 'flex-1')}</div>
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className="min-h-0 flex-1 overflow-y-auto" aria-label="Heat maps by host" tabIndex={0}>
      {layers.map((layer) => (
        <div key={layer.hostId} className="border-line border-b pt-1.5 last:border-b-0" data-testid="heat-host">
          <p className="flex items-baseline gap-2 px-2">
            <button
              type="button"
              className="min-w-0 max-w-full rounded-sm font-medium hover:underline"
              onClick={() => onHost(layer.hostId)}
              title="Show only this host"
            >
              <HostText text={layer.hostName || 'unknown host'} title="" />
              <span className="sr-only">: show only this host</span>
            </button>
            <span className="text-ink-2 text-sm">{amount(layer.total)}</span>
          </p>
          <div className="flex h-36">{map(layer, 'flex-1')}</div>
        </div>
      ))}
    </section>
  )
}
