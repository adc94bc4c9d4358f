'use client'
import { type DeploySummary, RECIPE_LIST, specOfRecipe } from '@sonde/contract'
import { Button, Field, HostText, Input, Notice, Panel, Select } from '@sonde/ui'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useHasRole } from '../shell/person-context.tsx'
import { useTRPC } from '../trpc/client.tsx'
import { errorText } from '../trpc/errors.ts'

/** What can be recorded without asking for more: recipes whose parameters all have a default. */
const RECIPES = RECIPE_LIST.filter((recipe) => recipe.params.every((param) => param.default !== undefined))

/** Records the deploy by hand: of one that goes on, before and after; of one that is over, after. */
export function RecordForm({ deploy }: { deploy: DeploySummary }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const operator = useHasRole('operator')
  const [recipe, setRecipe] = useState('cpu-and-syscalls')
  const [seconds, setSeconds] = useState('30')
  const [warmUp, setWarmUp] = useState('60')
  const record = useMutation(
    trpc.deploys.record.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries({ queryKey: trpc.deploys.pathKey() }),
    }),
  )
  if (!operator || deploy.hosts.length === 0) return null
  const durationMs = Math.round(Number(seconds) * 1_000)
  const warmUpMs = Math.round(Number(warmUp) * 1_000)
  const valid = durationMs >= 1_000 && durationMs <= 300_000 && warmUpMs >= 0 && warmUpMs <= 3_600_000
  const goesOn = deploy.state === 'started'
  return (
    <Panel title={goesOn ? 'Record before and after' : 'Record after'}>
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          if (valid) record.mutate({ id: deploy.id, spec: specOfRecipe(recipe, { durationMs }), warmUpMs })
        }}
      >
        <div className="grid gap-3 sm:grid-cols-[minmax(0,2fr)_minmax(0,1fr)_minmax(0,1fr)_auto] sm:items-end">
          <Field label="Recipe">
            {(ids) => (
              <Select {...ids} value={recipe} onChange={(event) => setRecipe(event.target.value)}>
                {RECIPES.map(({ id, title }) => (
                  <option key={id} value={id}>
                    {title}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <Field label="Duration, s">
            {(ids) => (
              <Input {...ids} type="number" min={1} max={300} value={seconds} onChange={(event) => setSeconds(event.target.value)} />
            )}
          </Field>
          <Field label="Warm-up, s">
            {(ids) => (
              <Input {...ids} type="number" min={0} max={3600} value={warmUp} onChange={(event) => setWarmUp(event.target.value)} />
            )}
          </Field>
          <Button type="submit" disabled={!valid || record.isPending}>
            Record
          </Button>
        </div>
        <p className="text-ink-2 text-sm">
          {goesOn
            ? 'The capture before it starts now; the one after it when the deploy is marked finished and the warm-up is over.'
            : 'The capture starts when the warm-up since the deploy is over, and stands beside the newest one from before with the same settings and hosts.'}
        </p>
        {record.error ? (
          <Notice tone="bad" title="Nothing is recorded">
            <HostText wrap text={errorText(record.error)} />
          </Notice>
        ) : null}
      </form>
    </Panel>
  )
}
