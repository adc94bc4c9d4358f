import { DURATION_MS, RATE_HZ } from '@sonde/contract'
import { formatCount } from '@sonde/ui'
import { NumberField } from './number-field.tsx'

export type TimingFieldsProps = {
  durationMs: number
  /** Null: nothing is sampled by time, or its rate stands with its collector. */
  rateHz: number | null
  cpuCount: number
  onChange: (timing: { durationMs?: number; rateHz?: number }) => void
}

export function TimingFields({ durationMs, rateHz, cpuCount, onChange }: TimingFieldsProps) {
  return (
    <div className="grid gap-3 sm:grid-cols-2">
      <NumberField
        label="Duration"
        unit="s"
        value={Math.round(durationMs / 1_000)}
        min={DURATION_MS.min / 1_000}
        max={DURATION_MS.max / 1_000}
        presets={[5, 10, 30, 60, 300]}
        onChange={(seconds) => onChange({ durationMs: seconds * 1_000 })}
        hint="The first results show while it runs. Cancelling keeps what was recorded."
      />
      {rateHz === null ? null : (
        <NumberField
          label="Sampling rate"
          unit="Hz"
          value={rateHz}
          min={RATE_HZ.min}
          max={RATE_HZ.max}
          presets={[49, 99, 199, 499]}
          onChange={(rate) => onChange({ rateHz: rate })}
          hint={
            cpuCount > 0
              ? `Per CPU; at most ${formatCount(Math.round((durationMs / 1_000) * rateHz * cpuCount))} samples if all ${cpuCount} CPUs are busy.`
              : 'Samples per second and CPU.'
          }
        />
      )}
    </div>
  )
}
