import { formatCount, formatShare, formatWeight, type WeightUnit } from '@sonde/flamegraph'

/** A weight for a column that is headed by its unit: samples and events as bare numbers, times and sizes with their unit. */
export const weightText = (weight: number, unit: WeightUnit): string =>
  unit === 'samples' || unit === 'count' ? formatCount(weight) : formatWeight(weight, unit)

/** A weight and its share of the whole, as text and as a bar below it. */
export function WeightCell({ weight, whole, unit, periodNs }: { weight: number; whole: number; unit: WeightUnit; periodNs: number }) {
  const share = whole > 0 ? weight / whole : 0
  return (
    <span
      className="relative flex h-full w-full items-center justify-end gap-1.5 whitespace-nowrap"
      title={cpuTitle(weight, unit, periodNs)}
    >
      <span>{weightText(weight, unit)}</span>
      <span className="w-[52px] text-right text-ink-2">{formatShare(weight, whole)}</span>
      <span aria-hidden className="absolute right-0 bottom-0.5 h-0.5 rounded-full bg-bar" style={{ width: `${share * 100}%` }} />
    </span>
  )
}

const cpuTitle = (weight: number, unit: WeightUnit, periodNs: number): string | undefined =>
  unit === 'samples' && periodNs > 0 ? `≈ ${formatWeight(weight * periodNs, 'ns')} of CPU time` : undefined
