'use client'
import { SCOPES, type Scope, TOKEN_DAYS } from '@sonde/contract'
import { Button, CopyButton, Field, Input, Notice, Panel, Select } from '@sonde/ui'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTRPC } from '../trpc/client.tsx'
import { errorText } from '../trpc/errors.ts'

const ALL = Object.keys(SCOPES) as Scope[]
const LIFETIMES = [7, 30, TOKEN_DAYS.default, TOKEN_DAYS.max]

/** A form for a token, which is shown once. */
export function NewToken() {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const [name, setName] = useState('')
  const [days, setDays] = useState<number>(TOKEN_DAYS.default)
  const [scopes, setScopes] = useState<readonly Scope[]>(['hosts:read', 'captures:read'])
  const create = useMutation(
    trpc.tokens.create.mutationOptions({
      onSuccess: () => {
        setName('')
        return queryClient.invalidateQueries({ queryKey: trpc.tokens.list.queryKey() })
      },
    }),
  )
  return (
    <Panel title="New token">
      <form
        aria-label="New token"
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          create.mutate({ name, days, scopes: [...scopes] })
        }}
      >
        <div className="flex flex-wrap gap-3">
          <div className="w-72">
            <Field label="What it is for">
              {(ids) => (
                <Input
                  {...ids}
                  value={name}
                  onChange={(event) => setName(event.target.value)}
                  required
                  maxLength={80}
                  placeholder="CI of checkout"
                />
              )}
            </Field>
          </div>
          <div className="w-40">
            <Field label="Expires after">
              {(ids) => (
                <Select {...ids} value={days} onChange={(event) => setDays(Number(event.target.value))}>
                  {LIFETIMES.map((lifetime) => (
                    <option key={lifetime} value={lifetime}>
                      {lifetime} days
                    </option>
                  ))}
                </Select>
              )}
            </Field>
          </div>
        </div>
        <fieldset className="flex flex-col gap-1">
          <legend className="mb-1 font-medium text-ink-2 text-sm">What it may do, as far as you may</legend>
          {ALL.map((scope) => (
            <label key={scope} className="flex items-baseline gap-2">
              <input
                type="checkbox"
                checked={scopes.includes(scope)}
                onChange={(event) => setScopes(event.target.checked ? [...scopes, scope] : scopes.filter((other) => other !== scope))}
              />
              <span>
                {SCOPES[scope]} <span className="font-mono text-ink-3 text-sm">{scope}</span>
              </span>
            </label>
          ))}
        </fieldset>
        <div>
          <Button type="submit" variant="primary" disabled={create.isPending || scopes.length === 0 || name.trim() === ''}>
            Create the token
          </Button>
        </div>
      </form>
      {create.error ? <Notice tone="bad" className="mt-3" title={errorText(create.error)} /> : null}
      {create.data ? (
        <div className="mt-3 flex flex-col gap-1">
          <div className="flex items-center gap-2 rounded-md border border-line bg-inset p-2">
            <code data-testid="new-token" className="min-w-0 flex-1 font-mono text-sm wrap-anywhere">
              {create.data.token}
            </code>
            <CopyButton text={create.data.token} label="Copy the token" />
          </div>
          <p className="text-ink-2">Copy it now: it is shown this once. Keep it like a password.</p>
        </div>
      ) : null}
    </Panel>
  )
}
