'use client'
import { Segmented } from '@sonde/ui'
import { CheckField } from './check-field.tsx'
import type { OptionsProps } from './instrument-card.tsx'
import type { DraftOf } from './instrument-draft.ts'
import { Labelled } from './labelled.tsx'
import { NumberField } from './number-field.tsx'
import { SIDE_OPTIONS } from './stacks-options.tsx'

export function OffcpuOptions({ draft, onChange }: OptionsProps<DraftOf<'offcpu'>>) {
  return (
    <>
      <div className="flex flex-wrap items-start gap-x-6 gap-y-3">
        <NumberField
          label="Leave out waits below"
          unit="µs"
          value={draft.minBlockedUs}
          min={0}
          max={10_000_000}
          presets={[1, 100, 1_000, 10_000]}
          onChange={(minBlockedUs) => onChange({ ...draft, minBlockedUs })}
          hint="They are counted, and cost less the more are left out."
        />
        <Labelled label="Stacks">
          <Segmented
            label="Which side of the stack"
            value={draft.sides}
            onChange={(sides) => onChange({ ...draft, sides })}
            options={SIDE_OPTIONS}
          />
        </Labelled>
      </div>
      <CheckField
        label="Also who woke the thread"
        hint="With the waker's stack: tells a slow disk from a held lock."
        checked={draft.wakers}
        onChange={(wakers) => onChange({ ...draft, wakers })}
      />
    </>
  )
}
