'use client'
import type { Incident, IncidentItem } from '@sonde/contract'
import { Button, EmptyState, formatCount, formatPlural, formatTimestamp, HostText, Menu, MenuItem, StateDot } from '@sonde/ui'
import { Ellipsis, Flame, GitCompareArrows, type LucideIcon, PencilLine, StickyNote, Trash2 } from 'lucide-react'
import Link from 'next/link'
import { useState } from 'react'
import { CAPTURE_STATE_WORDS, captureDot } from '../captures/capture-state.ts'
import { WrittenText } from './editable-text.tsx'
import { ItemEditor } from './item-editor.tsx'
import { useIncidentChanges } from './use-incident-changes.ts'

const KINDS: Record<IncidentItem['kind'], { word: string; Icon: LucideIcon }> = {
  capture: { word: 'Capture', Icon: Flame },
  comparison: { word: 'Comparison', Icon: GitCompareArrows },
  note: { word: 'Note', Icon: StickyNote },
}

/** All that was collected, oldest first, by day. */
export function IncidentTimeline({ incident, mayEdit }: { incident: Incident; mayEdit: boolean }) {
  if (incident.items.length === 0)
    return (
      <EmptyState title="Nothing is on the timeline yet">
        Write a note below, or open a capture or a comparison and choose “Add to an incident…”: it keeps the view that you have there.
      </EmptyState>
    )
  const days = new Map<string, IncidentItem[]>()
  for (const item of incident.items) {
    const day = dayOf(item.at)
    days.set(day, [...(days.get(day) ?? []), item])
  }
  return (
    <div className="flex flex-col gap-3" data-testid="incident-timeline">
      {[...days].map(([day, items]) => (
        <section key={day} aria-label={day}>
          <h2 className="mb-1 font-medium text-ink-3 text-sm">{day}</h2>
          <ol className="flex flex-col border-line border-l">
            {items.map((item) => (
              <TimelineItem key={item.id} item={item} incidentId={incident.id} mayEdit={mayEdit} />
            ))}
          </ol>
        </section>
      ))}
    </div>
  )
}

const dayOf = (date: Date): string => date.toLocaleDateString('en-GB', { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' })
const clockOf = (date: Date): string => date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })

function TimelineItem({ item, incidentId, mayEdit }: { item: IncidentItem; incidentId: string; mayEdit: boolean }) {
  const { removeItem } = useIncidentChanges(incidentId)
  const [editing, setEditing] = useState(false)
  const { word, Icon } = KINDS[item.kind]
  return (
    <li className="relative flex gap-3 py-1.5 pl-4" data-testid="incident-item" data-kind={item.kind}>
      <span aria-hidden className="absolute top-3 -left-[5px] size-2.5 rounded-full border-2 border-surface bg-accent" />
      <time dateTime={item.at.toISOString()} title={formatTimestamp(item.at)} className="w-11 shrink-0 text-ink-2" suppressHydrationWarning>
        {clockOf(item.at)}
      </time>
      <div className="flex min-w-0 flex-1 flex-col gap-1">
        <div className="flex min-w-0 flex-wrap items-center gap-x-2">
          <span className="inline-flex items-center gap-1 text-ink-3 text-sm">
            <Icon aria-hidden className="size-3.5" /> {word}
          </span>
          {item.kind === 'note' ? null : item.href === null ? (
            <span className="min-w-0 text-ink-3">
              <HostText text={item.title} /> (deleted)
            </span>
          ) : (
            <Link href={item.href} className="min-w-0 font-medium hover:underline">
              <HostText text={item.capture?.title ?? item.title} />
            </Link>
          )}
          {item.capture ? <CaptureFigures capture={item.capture} /> : null}
          <span className="text-ink-3 text-sm">{item.addedBy ? <HostText text={item.addedBy.name} /> : 'somebody who is gone'}</span>
        </div>
        {editing ? (
          <ItemEditor item={item} incidentId={incidentId} onClose={() => setEditing(false)} />
        ) : item.text === '' ? null : (
          <WrittenText text={item.text} />
        )}
        <CaptureNotes comments={item.comments} />
      </div>
      {mayEdit && !editing ? (
        <Menu
          trigger={
            <Button
              size="sm"
              variant="ghost"
              icon
              aria-label={`More for the ${word.toLowerCase()} of ${clockOf(item.at)}`}
              className="print:hidden"
            >
              <Ellipsis />
            </Button>
          }
        >
          <MenuItem onSelect={() => setEditing(true)}>
            <PencilLine aria-hidden /> Edit
          </MenuItem>
          <MenuItem tone="danger" onSelect={() => removeItem.mutate({ id: item.id })}>
            <Trash2 aria-hidden /> Take off the timeline
          </MenuItem>
        </Menu>
      ) : null}
    </li>
  )
}

/** What people noted on the capture itself. */
function CaptureNotes({ comments: { items, more } }: { comments: IncidentItem['comments'] }) {
  if (items.length === 0) return null
  return (
    <ul aria-label="Notes on the capture" className="flex flex-col gap-0.5 border-line border-l-2 pl-2 text-ink-2">
      {items.map((comment) => (
        <li key={`${comment.at.getTime()} ${comment.author}`} className="min-w-0">
          <HostText text={comment.author} className="text-ink-3" />: <HostText text={comment.text} wrap />
        </li>
      ))}
      {more > 0 ? <li className="text-ink-3">and {more} more on its page</li> : null}
    </ul>
  )
}

function CaptureFigures({ capture }: { capture: NonNullable<IncidentItem['capture']> }) {
  const parts = [formatPlural(capture.hosts, 'host')]
  if (capture.samples > 0) parts.push(`${formatCount(capture.samples)} samples`)
  if (capture.syscalls > 0) parts.push(`${formatCount(capture.syscalls)} system calls`)
  return (
    <span className="inline-flex items-center gap-1.5 text-ink-2 text-sm">
      <StateDot kind={captureDot(capture.state)} /> {CAPTURE_STATE_WORDS[capture.state]} · {parts.join(' · ')}
    </span>
  )
}
