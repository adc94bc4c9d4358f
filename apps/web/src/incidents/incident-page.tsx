'use client'
import type { Incident } from '@sonde/contract'
import { Badge, Button, Confirm, CopyButton, HostText, Menu, MenuItem, SkeletonRows, TimeAgo } from '@sonde/ui'
import { useQuery } from '@tanstack/react-query'
import { Download, Ellipsis, Trash2 } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useEffect, useState } from 'react'
import { downloadName } from '../downloads/file-name.ts'
import { saveFile } from '../downloads/save-file.ts'
import { NotLoaded } from '../shell/not-loaded.tsx'
import { useHasRole, usePerson } from '../shell/person-context.tsx'
import { toast } from '../shell/toast.ts'
import { useTRPC, useTRPCClient } from '../trpc/client.tsx'
import { errorText } from '../trpc/errors.ts'
import { EditableText } from './editable-text.tsx'
import { IncidentTimeline } from './incident-timeline.tsx'
import { contentWords } from './incident-words.ts'
import { NoteForm } from './note-form.tsx'
import { useIncidentChanges } from './use-incident-changes.ts'

export function IncidentPage({ id }: { id: string }) {
  const trpc = useTRPC()
  const incident = useQuery({ ...trpc.incidents.get.queryOptions({ id }), refetchInterval: 5_000 })
  useEffect(() => {
    if (incident.data) document.title = `${incident.data.title} · Sonde`
  }, [incident.data])
  if (incident.data) return <LoadedIncident incident={incident.data} />
  if (!incident.error) return <SkeletonRows label="Loading the incident" rows={12} />
  return <NotLoaded error={incident.error} what="incident" all={{ href: '/incidents', label: 'All incidents' }} />
}

function LoadedIncident({ incident }: { incident: Incident }) {
  const operator = useHasRole('operator')
  const admin = useHasRole('admin')
  const person = usePerson()
  const router = useRouter()
  const { update, remove } = useIncidentChanges(incident.id)
  const [deleting, setDeleting] = useState(false)
  return (
    <div className="mx-auto flex w-full max-w-[1000px] flex-col gap-4 p-3 sm:p-4">
      <header className="flex flex-col gap-1">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
          <EditableText
            as="h1"
            label="Title"
            text={incident.title}
            mayEdit={operator}
            onSave={(title) => update.mutateAsync({ id: incident.id, title })}
          />
          <Badge tone={incident.state === 'open' ? 'warn' : 'neutral'} role="status">
            {incident.state}
          </Badge>
          <div className="flex-1" />
          <div className="flex items-center gap-1.5 print:hidden">
            <CopyButton text={() => window.location.href} label="Copy link to this incident">
              Copy link
            </CopyButton>
            <ExportMarkdown id={incident.id} />
            {operator ? (
              <Button
                onClick={() => update.mutate({ id: incident.id, state: incident.state === 'open' ? 'closed' : 'open' })}
                disabled={update.isPending}
              >
                {incident.state === 'open' ? 'Close' : 'Open again'}
              </Button>
            ) : null}
            {admin || (operator && incident.createdBy.id === person.id) ? (
              <Menu
                trigger={
                  <Button icon variant="ghost" aria-label="More">
                    <Ellipsis />
                  </Button>
                }
              >
                <MenuItem tone="danger" onSelect={() => setDeleting(true)}>
                  <Trash2 aria-hidden /> Delete
                </MenuItem>
              </Menu>
            ) : null}
          </div>
        </div>
        <p className="text-ink-2">
          {contentWords(incident)} · begun by <HostText text={incident.createdBy.name} />, <TimeAgo date={incident.createdAt} />
          {incident.closedAt ? (
            <>
              {' '}
              · closed <TimeAgo date={incident.closedAt} />
            </>
          ) : null}
        </p>
      </header>
      <EditableText
        as="p"
        label="Summary"
        text={incident.summary}
        placeholder="What happened, why, and what was done about it."
        mayEdit={operator}
        onSave={(summary) => update.mutateAsync({ id: incident.id, summary })}
      />
      <IncidentTimeline incident={incident} mayEdit={operator} />
      {operator ? <NoteForm incidentId={incident.id} /> : null}
      <Confirm
        open={deleting}
        onOpenChange={setDeleting}
        title="Delete this incident?"
        description="Its timeline and notes will be gone. The captures stay."
        action="Delete"
        onConfirm={() => remove.mutate({ id: incident.id }, { onSuccess: () => router.push('/incidents') })}
      />
    </div>
  )
}

function ExportMarkdown({ id }: { id: string }) {
  const client = useTRPCClient()
  const [busy, setBusy] = useState(false)
  const save = async () => {
    setBusy(true)
    try {
      const { title, markdown } = await client.incidents.export.query({ id })
      saveFile(downloadName(title, new Date(), '', 'md'), new Blob([markdown], { type: 'text/markdown;charset=utf-8' }))
    } catch (error) {
      toast.error('It was not exported', { description: errorText(error) })
    } finally {
      setBusy(false)
    }
  }
  return (
    <Button onClick={() => void save()} disabled={busy} title="Download as Markdown, with absolute links">
      <Download aria-hidden /> Markdown
    </Button>
  )
}
