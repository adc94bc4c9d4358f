'use client'
import { Button, Dialog, Field, Input } from '@sonde/ui'
import { useMutation } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { useTRPC } from '../trpc/client.tsx'
import { errorText } from '../trpc/errors.ts'

/** Asks what to call it, and opens its page. */
export function NewIncident({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const trpc = useTRPC()
  const router = useRouter()
  const [title, setTitle] = useState('')
  const create = useMutation(trpc.incidents.create.mutationOptions({ onSuccess: ({ id }) => router.push(`/incidents/${id}`) }))
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="New incident">
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          if (title.trim() && !create.isPending) create.mutate({ title })
        }}
      >
        <Field label="Title" error={create.error ? errorText(create.error) : null} hint="What is wrong, in a few words.">
          {(ids) => <Input {...ids} value={title} maxLength={160} onChange={(event) => setTitle(event.target.value)} />}
        </Field>
        <div className="flex justify-end">
          <Button type="submit" variant="primary" disabled={title.trim() === '' || create.isPending}>
            {create.isPending ? 'Beginning…' : 'Begin'}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
