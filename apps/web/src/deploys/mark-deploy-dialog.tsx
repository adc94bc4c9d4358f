'use client'
import { type MarkDeployInput, markDeployInputSchema } from '@sonde/contract'
import { Button, Dialog, Field, HostText, Input, Notice, Segmented } from '@sonde/ui'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { useTRPC } from '../trpc/client.tsx'
import { errorText } from '../trpc/errors.ts'

type Draft = { service: string; version: string; sha: string; url: string; note: string; hosts: string; state: 'started' | 'finished' }
const EMPTY: Draft = { service: '', version: '', sha: '', url: '', note: '', hosts: '', state: 'finished' }

/** What CI would post, for people. */
export function MarkDeployDialog({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const trpc = useTRPC()
  const router = useRouter()
  const queryClient = useQueryClient()
  const [draft, setDraft] = useState(EMPTY)
  const [tried, setTried] = useState(false)
  const parsed = markDeployInputSchema.safeParse(inputOf(draft))
  const problemOf = (field: string) =>
    tried && !parsed.success ? parsed.error.issues.find((issue) => issue.path[0] === field)?.message : undefined
  const search = draft.hosts.trim() || (draft.service.trim() ? `service=${draft.service.trim()}` : '')
  const hosts = useQuery({ ...trpc.hosts.list.queryOptions({ search }), enabled: search !== '' })
  const mark = useMutation(
    trpc.deploys.mark.mutationOptions({
      onSuccess: async (deploy) => {
        await queryClient.invalidateQueries({ queryKey: trpc.deploys.pathKey() })
        router.push(`/deploys/${deploy.id}`)
      },
    }),
  )
  const text = (field: keyof Draft, label: string, rest: { hint?: string; placeholder?: string } = {}) => (
    <Field label={label} hint={rest.hint} error={problemOf(field === 'hosts' ? 'labels' : field)}>
      {(ids) => (
        <Input
          {...ids}
          placeholder={rest.placeholder}
          value={draft[field]}
          onChange={(event) => setDraft({ ...draft, [field]: event.target.value })}
        />
      )}
    </Field>
  )
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Mark a deploy" description="A marker in time, as CI posts it.">
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          setTried(true)
          if (parsed.success) mark.mutate(parsed.data)
        }}
      >
        <Segmented
          label="What happens"
          value={draft.state}
          onChange={(state) => setDraft({ ...draft, state })}
          options={[
            { value: 'started', label: 'It begins now' },
            { value: 'finished', label: 'It is done' },
          ]}
        />
        <div className="grid gap-3 sm:grid-cols-2">
          {text('service', 'Service', { placeholder: 'checkout' })}
          {text('version', 'Version', { placeholder: '2.14.0' })}
        </div>
        {text('hosts', 'Hosts by their labels', { placeholder: draft.service ? `service=${draft.service}` : 'service=checkout env=prod' })}
        <p className="text-ink-2 text-sm" role="status">
          {search === ''
            ? 'Left out: hosts with the label service=NAME.'
            : hosts.data
              ? `${hosts.data.length} host${hosts.data.length === 1 ? '' : 's'} with ${search}.${hosts.data.length === 0 ? ' Without hosts nothing can be recorded.' : ''}`
              : 'Counting hosts…'}
        </p>
        <div className="grid gap-3 sm:grid-cols-2">
          {text('sha', 'Commit', { placeholder: 'optional' })}
          {text('url', 'Link to the CI run', { placeholder: 'https://…, optional' })}
        </div>
        {text('note', 'Note', { placeholder: 'optional' })}
        {mark.error ? (
          <Notice tone="bad" title="It was not marked">
            <HostText wrap text={errorText(mark.error)} />
          </Notice>
        ) : null}
        <div className="flex justify-end gap-2">
          <Button onClick={() => onOpenChange(false)}>Cancel</Button>
          <Button variant="primary" type="submit" disabled={mark.isPending}>
            Mark
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

/** Fields that were left empty are left out. */
function inputOf(draft: Draft): Record<keyof MarkDeployInput, unknown> | Record<string, unknown> {
  const filled = Object.fromEntries(
    (['service', 'version', 'sha', 'url', 'note'] as const).flatMap((field) => {
      const value = draft[field].trim()
      return value === '' && field !== 'service' && field !== 'version' ? [] : [[field, value]]
    }),
  )
  const pairs = draft.hosts.trim().split(/\s+/).filter(Boolean)
  const labels = Object.fromEntries(pairs.map((pair) => [pair.split('=')[0], pair.split('=').slice(1).join('=')]))
  return { ...filled, state: draft.state, ...(pairs.length > 0 ? { labels } : {}) }
}
