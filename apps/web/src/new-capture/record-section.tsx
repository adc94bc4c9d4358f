'use client'
import type { HostView } from '@sonde/contract'
import { Segmented } from '@sonde/ui'
import { type CaptureDraft, type DraftProblem, defaultDurationMs, recipeOf } from './draft.ts'
import { OwnBuilder } from './own-builder.tsx'
import { RecipePicker } from './recipe-picker.tsx'
import { Section } from './section.tsx'

const WAYS = [
  { value: 'recipe', label: 'Recipes' },
  { value: 'own', label: 'Build your own' },
] as const

export type RecordSectionProps = {
  step: number
  draft: CaptureDraft
  hosts: readonly HostView[]
  problem: DraftProblem | null
  onChange: (change: Partial<CaptureDraft>) => void
}

/** What to record: a recipe, or probes and collectors put together by hand. Both are kept while a person looks at the other. */
export function RecordSection({ step, draft, hosts, problem, onChange }: RecordSectionProps) {
  /** A duration that was never changed follows what is picked. */
  const follow = (next: Pick<CaptureDraft, 'way' | 'recipe'>): Partial<CaptureDraft> =>
    draft.durationMs === defaultDurationMs(draft) ? { ...next, durationMs: defaultDurationMs(next) } : next
  return (
    <Section
      step={step}
      title="What to record"
      aside={
        <Segmented
          label="Way to say what to record"
          value={draft.way}
          onChange={(way) => onChange(follow({ way, recipe: draft.recipe }))}
          options={WAYS}
        />
      }
    >
      {draft.way === 'recipe' ? (
        <RecipePicker
          recipe={recipeOf(draft)}
          values={draft.values}
          hosts={hosts}
          problem={problem?.field === 'param' ? problem : null}
          onPick={(recipe) => onChange({ ...follow({ way: 'recipe', recipe }), values: {}, rateHz: null })}
          onValues={(values) => onChange({ values })}
        />
      ) : (
        <OwnBuilder own={draft.own} hosts={hosts} onChange={(own) => onChange({ own })} />
      )}
    </Section>
  )
}
