'use client'
import { type BinaryRef, binaryRefSchema, type HostView, type Recipe, type RecipeParam } from '@sonde/contract'
import { Button, HostText } from '@sonde/ui'
import { useState } from 'react'
import { BinaryField } from './binary-field.tsx'
import { Labelled } from './labelled.tsx'
import { NumberField } from './number-field.tsx'
import { ProbeFinder } from './probe-finder.tsx'

export type RecipeParamsProps = {
  recipe: Recipe
  values: Readonly<Record<string, unknown>>
  hosts: readonly HostView[]
  problem: { name: string | null; message: string } | null
  onChange: (values: Readonly<Record<string, unknown>>) => void
}

/** What a recipe wants to know before it can run. */
export function RecipeParams({ recipe, values, hosts, problem, onChange }: RecipeParamsProps) {
  return (
    <div className="flex min-w-0 flex-col gap-3 rounded-md border border-line-strong p-3" data-testid="recipe-params">
      {recipe.params.map((param) => (
        <div key={param.name} className="min-w-0">
          <ParamField param={param} values={values} hosts={hosts} onChange={onChange} />
          {problem?.name === param.name && values[param.name] !== undefined ? <p className="text-bad text-sm">{problem.message}</p> : null}
        </div>
      ))}
      {problem !== null && problem.name === null ? <p className="text-bad text-sm">{problem.message}</p> : null}
    </div>
  )
}

type ParamFieldProps = {
  param: RecipeParam
  values: Readonly<Record<string, unknown>>
  hosts: readonly HostView[]
  onChange: (values: Readonly<Record<string, unknown>>) => void
}

const binaryOf = (value: unknown): BinaryRef | null => binaryRefSchema.safeParse(value).data ?? null
const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)

function ParamField({ param, values, hosts, onChange }: ParamFieldProps) {
  const set = (value: unknown) => onChange({ ...values, [param.name]: value })
  const value = values[param.name] ?? param.default
  switch (param.type) {
    case 'number':
      return (
        <NumberField
          label={param.label}
          hint={param.help}
          unit={param.unit}
          min={param.min}
          max={param.max}
          value={typeof value === 'number' ? value : param.default}
          onChange={set}
        />
      )
    case 'binary':
      return (
        <Labelled label={param.label} hint={param.help}>
          <BinaryField hosts={hosts} value={binaryOf(value)} onChange={set} />
        </Labelled>
      )
    case 'function': {
      const binary = binaryOf(values[param.of])
      return (
        <FunctionChoice
          param={param}
          value={textOf(value)}
          hosts={hosts}
          within={binary}
          waiting={binary === null ? 'Choose the binary first.' : null}
          onChange={set}
        />
      )
    }
    case 'kernel-function':
      return <FunctionChoice param={param} value={textOf(value)} hosts={hosts} within={null} waiting={null} onChange={set} />
  }
}

/** A function by finding it; folds to its name once it is chosen. */
function FunctionChoice({
  param,
  value,
  hosts,
  within,
  waiting,
  onChange,
}: {
  param: RecipeParam
  value: string | null
  hosts: readonly HostView[]
  /** The binary that it is in; null: the kernel. */
  within: BinaryRef | null
  /** What has to be done before; null: nothing. */
  waiting: string | null
  onChange: (name: string) => void
}) {
  const [changing, setChanging] = useState(value === null)
  return (
    <Labelled label={param.label} hint={param.help}>
      {waiting !== null ? (
        <p className="text-ink-2">{waiting}</p>
      ) : value !== null && !changing ? (
        <div className="flex items-center gap-2" data-testid="chosen-function">
          <HostText text={value} mono className="font-medium" />
          <Button size="sm" onClick={() => setChanging(true)}>
            Change
          </Button>
        </div>
      ) : (
        <ProbeFinder
          hosts={hosts}
          kinds={[within === null ? 'kprobe' : 'uprobe']}
          within={within}
          label={`Find: ${param.label}`}
          onPick={({ probe }) => {
            if (probe.kind !== 'kprobe' && probe.kind !== 'uprobe') return
            onChange(probe.function)
            setChanging(false)
          }}
          {...(value !== null ? { onClose: () => setChanging(false) } : {})}
        />
      )}
    </Labelled>
  )
}
