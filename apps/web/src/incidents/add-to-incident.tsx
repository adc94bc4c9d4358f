'use client'
import { Button, Dialog, Field, Input, Notice, Select, Skeleton } from '@sonde/ui'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import Link from 'next/link'
import { useState } from 'react'
import { useTRPC } from '../trpc/client.tsx'
import { errorText } from '../trpc/errors.ts'
import { TextArea } from './text-area.tsx'

export type AddToIncidentProps = {
  open: boolean
  onOpenChange: (open: boolean) => void
  /** What is added, with the view that the page has when it is. */
  item: { kind: 'capture'; captureId: string } | { kind: 'comparison' }
}

const NEW = 'new'

/** Puts what the page shows onto the timeline of an incident, a new one where there is none open. */
export function AddToIncident({ open, onOpenChange, item }: AddToIncidentProps) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Add to an incident" description="The link keeps the view that you have now.">
      <AddForm item={item} onDone={() => onOpenChange(false)} />
    </Dialog>
  )
}

function AddForm({ item, onDone }: { item: AddToIncidentProps['item']; onDone: () => void }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const incidents = useQuery(trpc.incidents.list.queryOptions({}))
  const open = incidents.data?.items.filter((incident) => incident.state === 'open')
  const [chosen, setChosen] = useState<string | null>(null)
  const [title, setTitle] = useState('')
  const [text, setText] = useState('')
  const [addedTo, setAddedTo] = useState<string | null>(null)
  const create = useMutation(trpc.incidents.create.mutationOptions())
  const add = useMutation(trpc.incidents.addItem.mutationOptions())
  const incident = chosen ?? open?.[0]?.id ?? NEW
  const busy = create.isPending || add.isPending
  const ready = !busy && (incident !== NEW || title.trim() !== '')
  const error = create.error ?? add.error
  const submit = async () => {
    const view = window.location.search.slice(1)
    try {
      const id = incident === NEW ? (await create.mutateAsync({ title })).id : incident
      // Begun, and perhaps not filled: trying again must not begin a second one.
      if (incident === NEW) {
        await queryClient.invalidateQueries({ queryKey: trpc.incidents.list.pathKey() })
        setChosen(id)
      }
      await add.mutateAsync({ incidentId: id, item: { ...item, view, text } })
      await queryClient.invalidateQueries({ queryKey: trpc.incidents.pathKey() })
      setAddedTo(id)
    } catch {
      // Shown in the form.
    }
  }
  if (addedTo !== null)
    return (
      <div className="flex flex-col gap-3">
        <p role="status">It is on the timeline.</p>
        <div className="flex justify-end gap-2">
          <Button onClick={onDone}>Stay here</Button>
          <Button asChild variant="primary">
            <Link href={`/incidents/${addedTo}`}>Open the incident</Link>
          </Button>
        </div>
      </div>
    )
  if (!incidents.data && !incidents.error) return <Skeleton className="h-28" />
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault()
        if (ready) void submit()
      }}
    >
      {error ? (
        <Notice tone="bad" title="It was not added">
          {errorText(error)}
        </Notice>
      ) : null}
      <Field label="Incident">
        {(ids) => (
          <Select {...ids} value={incident} onChange={(event) => setChosen(event.target.value)}>
            {open?.map((one) => (
              <option key={one.id} value={one.id}>
                {one.title}
              </option>
            ))}
            <option value={NEW}>A new one…</option>
          </Select>
        )}
      </Field>
      {incident === NEW ? (
        <Field label="Title" hint="What is wrong, in a few words.">
          {(ids) => <Input {...ids} value={title} maxLength={160} onChange={(event) => setTitle(event.target.value)} />}
        </Field>
      ) : null}
      <Field label="What it shows (optional)">
        {(ids) => <TextArea {...ids} rows={3} value={text} onChange={(event) => setText(event.target.value)} />}
      </Field>
      <div className="flex justify-end">
        <Button type="submit" variant="primary" disabled={!ready}>
          {busy ? 'Adding…' : 'Add'}
        </Button>
      </div>
    </form>
  )
}
