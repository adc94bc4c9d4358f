'use client'
import { Button, CopyButton, Dialog, Field, formatAgo, HostText, Notice, Select, Skeleton, useNowMs } from '@sonde/ui'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTRPC } from '../trpc/client.tsx'
import { errorText } from '../trpc/errors.ts'

const LIFETIMES = [
  { minutes: 15, label: '15 minutes' },
  { minutes: 60, label: '1 hour' },
  { minutes: 24 * 60, label: '1 day' },
]
const USES = [1, 10, 100]

/** Makes a join token and shows the command that uses it. The token is shown this once: only its hash is kept. */
export function AddHostDialog({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const now = useNowMs(open ? 10_000 : 0)
  const [minutes, setMinutes] = useState(60)
  const [uses, setUses] = useState(1)
  const create = useMutation(
    trpc.joinTokens.create.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries({ queryKey: trpc.joinTokens.list.queryKey() }),
    }),
  )
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => {
        onOpenChange(next)
        if (!next) create.reset()
      }}
      title="Add a host"
      description="The agent dials out to this server: no port has to be opened on the host."
    >
      {create.data ? (
        <div className="flex flex-col gap-3">
          <p>Run this on the host, as root:</p>
          <div className="flex items-start gap-2 rounded-md border border-line bg-inset p-2">
            <pre data-testid="join-command" className="min-w-0 flex-1 whitespace-pre-wrap font-mono text-sm wrap-anywhere">
              {create.data.command}
            </pre>
            <CopyButton text={create.data.command} label="Copy the command" />
          </div>
          <p className="text-ink-2">
            Good for {uses === 1 ? 'one host' : `${uses} hosts`}, expires {formatAgo(create.data.expiresAt, now)}. It is shown this once.
            The host appears in the list as soon as its agent connects; add labels with{' '}
            <code className="font-mono text-sm">SONDE_LABELS=env=prod,role=db</code>.
          </p>
          <div className="flex justify-end">
            <Button variant="primary" onClick={() => onOpenChange(false)}>
              Done
            </Button>
          </div>
        </div>
      ) : create.isPending ? (
        <Skeleton className="h-24" />
      ) : (
        <form
          className="flex flex-col gap-3"
          onSubmit={(event) => {
            event.preventDefault()
            create.mutate({ minutes, uses })
          }}
        >
          <div className="grid grid-cols-2 gap-3">
            <Field label="The token works for">
              {(ids) => (
                <Select {...ids} value={minutes} onChange={(event) => setMinutes(Number(event.target.value))}>
                  {LIFETIMES.map((lifetime) => (
                    <option key={lifetime.minutes} value={lifetime.minutes}>
                      {lifetime.label}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
            <Field label="on">
              {(ids) => (
                <Select {...ids} value={uses} onChange={(event) => setUses(Number(event.target.value))}>
                  {USES.map((count) => (
                    <option key={count} value={count}>
                      {count === 1 ? 'one host' : `up to ${count} hosts`}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
          </div>
          {create.error ? <Notice tone="bad" title={<HostText wrap text={errorText(create.error)} />} /> : null}
          <div className="flex justify-end">
            <Button type="submit" variant="primary">
              Create the command
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  )
}
