'use client'
import { type CaptureView, formatViewState, parseViewState, SHARE_HOURS } from '@sonde/contract'
import { Button, copyText, Dialog, formatPlural, HostText, Notice, Segmented } from '@sonde/ui'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link2 } from 'lucide-react'
import { useId, useState } from 'react'
import { useHasRole } from '../shell/person-context.tsx'
import { toast } from '../shell/toast.ts'
import { useTRPC } from '../trpc/client.tsx'
import { errorText } from '../trpc/errors.ts'
import { ShareList } from './share-list.tsx'

const LIFETIMES: Record<(typeof SHARE_HOURS.choices)[number], string> = { 1: '1 hour', 24: '1 day', 168: '7 days', 720: '30 days' }

export type ShareDialogProps = { capture: CaptureView; open: boolean; onOpenChange: (open: boolean) => void }

/** Makes a link to this view for people without an account, and shows those that there are. */
export function ShareDialog({ capture, open, onOpenChange }: ShareDialogProps) {
  const operator = useHasRole('operator')
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Share this view"
      description="Whoever has the link sees this capture as you see it now, without an account. They can look around in it, and change nothing."
    >
      {operator ? (
        <div className="flex flex-col gap-5">
          <NewLink capture={capture} />
          <ShareList captureId={capture.id} />
        </div>
      ) : (
        <Notice tone="neutral" title="Operators and administrators make such links">
          A link lets people read a capture who could not before, so it takes more than the role of a viewer. “Copy link” makes one for
          colleagues with an account.
        </Notice>
      )}
    </Dialog>
  )
}

function NewLink({ capture }: { capture: CaptureView }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const [hours, setHours] = useState<number>(SHARE_HOURS.default)
  const [hosts, setHosts] = useState(false)
  const [args, setArgs] = useState(false)
  const [failedToCopy, setFailedToCopy] = useState(false)
  const create = useMutation(
    trpc.shares.create.mutationOptions({
      onSuccess: async ({ url, dropped }) => {
        void queryClient.invalidateQueries({ queryKey: trpc.shares.list.queryKey() })
        const isCopied = await copyText(url)
        setFailedToCopy(!isCopied)
        const note =
          dropped.length > 0
            ? `What you searched for (${dropped.join(', ')}) names something left out, so it is not in the link.`
            : undefined
        if (isCopied) toast.success('The link is made and copied', { description: note })
      },
    }),
  )
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        const view = formatViewState(parseViewState(new URLSearchParams(window.location.search)))
        create.mutate({ id: capture.id, view, hosts, args, hours })
      }}
    >
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
        <span className="w-24 font-medium text-ink-2 text-sm">Works for</span>
        <Segmented
          label="The link works for"
          value={String(hours)}
          onChange={(value) => setHours(Number(value))}
          options={SHARE_HOURS.choices.map((choice) => ({ value: String(choice), label: LIFETIMES[choice] }))}
        />
      </div>
      <fieldset className="flex flex-col gap-2">
        <legend className="sr-only">What the link includes</legend>
        <Check checked={hosts} onChange={setHosts} label="Include host names">
          also of containers and cgroups. Else they are “host 1”, “host 2”, …
        </Check>
        <Check checked={args} onChange={setArgs} label="Include arguments">
          paths, addresses and values that events and system calls are about
        </Check>
        <p className="text-ink-3 text-sm">
          Names of processes, functions and libraries are always part of it. Commands and messages of hosts are in it only with both.
        </p>
      </fieldset>
      {create.error ? <Notice tone="bad" title={<HostText wrap text={errorText(create.error)} />} /> : null}
      {create.data ? (
        <div className="flex flex-col gap-1" role="status">
          <code data-testid="share-url" className="rounded-md border border-line bg-inset p-2 font-mono text-sm wrap-anywhere">
            {create.data.url}
          </code>
          <p className="text-ink-2 text-sm">
            {failedToCopy ? 'The browser did not let it be copied: select it here. ' : ''}Readers see it as “
            <HostText text={create.data.title} />
            ”. It is shown this once.
            {create.data.dropped.length > 0
              ? ` Not in it: what you searched for (${create.data.dropped.join(', ')}), since it names something left out.`
              : ''}
          </p>
        </div>
      ) : null}
      <div className="flex items-center justify-between gap-3">
        <span className="text-ink-3 text-sm">{formatPlural(capture.targets.length, 'host')}, this capture alone, read-only</span>
        <Button type="submit" variant="primary" disabled={create.isPending} autoFocus data-testid="create-share">
          <Link2 aria-hidden /> {create.isPending ? 'Making the link…' : 'Create link and copy'}
        </Button>
      </div>
    </form>
  )
}

type CheckProps = { checked: boolean; onChange: (checked: boolean) => void; label: string; children: string }

function Check({ checked, onChange, label, children }: CheckProps) {
  const id = useId()
  return (
    <div className="flex items-start gap-2">
      <input
        id={id}
        type="checkbox"
        checked={checked}
        onChange={(event) => onChange(event.target.checked)}
        aria-describedby={`${id}-note`}
        className="mt-0.5 size-4 shrink-0 accent-accent-solid"
      />
      <div className="min-w-0">
        <label htmlFor={id} className="font-medium">
          {label}
        </label>{' '}
        <span id={`${id}-note`} className="text-ink-2">
          {children}
        </span>
      </div>
    </div>
  )
}
