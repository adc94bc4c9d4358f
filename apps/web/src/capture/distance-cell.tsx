import type { UnitDistance } from '@sonde/stats'
import { cx } from '@sonde/ui'

/** A divergence in bits: three decimals tell hosts apart, and more are noise. */
export const formatBits = (bits: number): string => (bits > 0 && bits < 0.0005 ? '<0.001' : bits.toFixed(3))

/** How far a host is from the rest; the mark in the middle of the bar is what would make it odd. */
export function DistanceCell({ distance }: { distance: UnitDistance | null }) {
  if (!distance) return <span className="text-ink-3">–</span>
  const { distance: value, chanceMean, chance, usual, threshold, odd } = distance
  return (
    <span
      className="inline-flex items-center gap-1.5 whitespace-nowrap"
      title={[
        `${formatBits(value)} bits from the mean of the other hosts; odd above ${formatBits(threshold)}.`,
        `By chance alone it would be ${formatBits(chanceMean)} on average, and at most ${formatBits(chance)} (in 95 of 100 such captures, for all hosts at once).`,
        `Beyond chance, the others are ${formatBits(usual)} from their rest (median).`,
      ].join('\n')}
    >
      <span className={cx('w-11 text-right', odd && 'font-semibold text-warn')}>{formatBits(value)}</span>
      <span aria-hidden className="relative h-1.5 w-12 overflow-hidden rounded-full bg-bar-track">
        <span
          className={cx('absolute inset-y-0 left-0', odd ? 'bg-warn' : 'bg-bar')}
          style={{ width: `${threshold > 0 ? Math.min(1, value / threshold / 2) * 100 : 0}%` }}
        />
        <span className="absolute inset-y-0 left-1/2 w-px bg-ink" />
      </span>
      <span className="w-12 text-ink-3 text-sm">
        <span className="sr-only">odd above </span>
        {formatBits(threshold)}
      </span>
    </span>
  )
}
