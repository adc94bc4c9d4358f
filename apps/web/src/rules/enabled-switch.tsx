'use client'
import type { RuleView } from '@sonde/contract'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useHasRole, usePerson } from '../shell/person-context.tsx'
import { toast } from '../shell/toast.ts'
import { useTRPC } from '../trpc/client.tsx'
import { errorText } from '../trpc/errors.ts'

/** Operators change what they made, administrators everything. */
export function useMayChange(rule: Pick<RuleView, 'createdBy'>): boolean {
  const person = usePerson()
  const admin = useHasRole('admin')
  const operator = useHasRole('operator')
  return admin || (operator && rule.createdBy.id === person.id)
}

export function EnabledSwitch({ rule, disabled }: { rule: Pick<RuleView, 'id' | 'name' | 'enabled'>; disabled: boolean }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const set = useMutation(
    trpc.rules.setEnabled.mutationOptions({
      onSettled: () => queryClient.invalidateQueries({ queryKey: trpc.rules.pathKey() }),
      onError: (error) => toast.error('It was not changed', { description: errorText(error) }),
    }),
  )
  const shown = set.isPending ? set.variables.enabled : rule.enabled
  return (
    <label className="inline-flex min-h-6 cursor-pointer items-center gap-1.5 has-disabled:cursor-not-allowed">
      <input
        type="checkbox"
        aria-label={`${rule.name} is on`}
        checked={shown}
        disabled={disabled || set.isPending}
        onChange={(event) => set.mutate({ id: rule.id, enabled: event.target.checked })}
        className="size-3.5 accent-accent"
      />
      <span className={shown ? '' : 'text-ink-3'}>{shown ? 'on' : 'off'}</span>
    </label>
  )
}
