import { type AppliedTransforms, formatWeight, type WeightUnit } from '@sonde/flamegraph/react'
import { Button, EmptyState, formatPlural, formatShare } from '@sonde/ui'

/** `412 of 3,000 samples dropped by transforms`; nothing where none were. */
export function DroppedByTransforms({ applied, unit }: { applied: AppliedTransforms | undefined; unit: WeightUnit }) {
  if (!applied || applied.dropped.weight === 0) return null
  return (
    <span data-testid="dropped-by-transforms" className="text-warn">
      {droppedText(applied, unit)} dropped by transforms
    </span>
  )
}

/** For panes without the chips: how many transforms there are, what they dropped, and a way to be rid of them. */
export function TransformNote({
  applied,
  unit,
  onRemoveAll,
}: {
  applied: AppliedTransforms | undefined
  unit: WeightUnit
  onRemoveAll: () => void
}) {
  if (!applied) return null
  return (
    <span data-testid="transform-note">
      After {formatPlural(applied.transforms.length, 'transform')}
      {applied.dropped.weight > 0 ? <span className="text-warn">, which dropped {droppedText(applied, unit)}</span> : null}{' '}
      <button type="button" className="text-accent underline" onClick={onRemoveAll}>
        Remove
      </button>
    </span>
  )
}

/** The transforms have dropped every sample of the selection. */
export function NothingLeft({ applied, unit, onRemoveAll }: { applied: AppliedTransforms; unit: WeightUnit; onRemoveAll: () => void }) {
  return (
    <EmptyState title="The transforms leave no samples" action={<Button onClick={onRemoveAll}>Remove the transforms</Button>}>
      {`They dropped ${droppedText(applied, unit)} of what is selected. Undo the last one, or remove those that drop too much.`}
    </EmptyState>
  )
}

function droppedText({ dropped, selected }: AppliedTransforms, unit: WeightUnit): string {
  const all = formatWeight(selected.weight, unit)
  // Samples have their word after the whole alone: "412 of 3,000 samples".
  const part = unit === 'samples' || unit === 'count' ? formatWeight(dropped.weight, 'count') : formatWeight(dropped.weight, unit)
  const share = selected.weight > 0 ? ` (${formatShare(dropped.weight / selected.weight)})` : ''
  return `${part} of ${unit === 'count' ? `${all} events` : all}${share}`
}
