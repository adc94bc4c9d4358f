import type { ResultSplit } from '@sonde/contract'
import { Select } from '@sonde/ui'

/** What rows stand for. */
export function SplitSelect<T extends ResultSplit>({
  label,
  value,
  choices,
  onChange,
}: {
  label: string
  value: T
  choices: readonly { value: T; label: string }[]
  onChange: (value: T) => void
}) {
  if (choices.length < 2) return null
  return (
    <div className="w-32">
      <Select
        aria-label={label}
        value={value}
        onChange={(event) => {
          const next = choices.find((choice) => choice.value === event.target.value)
          if (next) onChange(next.value)
        }}
      >
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.label}
          </option>
        ))}
      </Select>
    </div>
  )
}
