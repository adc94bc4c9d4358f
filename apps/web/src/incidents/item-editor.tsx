'use client'
import type { IncidentItem } from '@sonde/contract'
import { Button, Input } from '@sonde/ui'
import { useState } from 'react'
import { localMoment, momentOf } from './incident-words.ts'
import { TextArea } from './text-area.tsx'
import { useIncidentChanges } from './use-incident-changes.ts'

/** Text and time of something on a timeline. */
export function ItemEditor({ item, incidentId, onClose }: { item: IncidentItem; incidentId: string; onClose: () => void }) {
  const { updateItem } = useIncidentChanges(incidentId)
  const [text, setText] = useState(item.text)
  const [moment, setMoment] = useState(localMoment(item.at))
  // The field knows minutes only: what is left as it is keeps its seconds.
  const at = moment === localMoment(item.at) ? item.at : momentOf(moment)
  const ready = at !== null && (item.kind !== 'note' || text.trim() !== '') && !updateItem.isPending
  const save = () => {
    if (ready && at) updateItem.mutate({ id: item.id, text, at }, { onSuccess: onClose })
  }
  return (
    <div className="flex flex-col gap-2">
      <TextArea
        aria-label="Text"
        rows={3}
        value={text}
        autoFocus
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onClose()
          else if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) save()
        }}
      />
      <div className="flex flex-wrap gap-1.5">
        <Input
          type="datetime-local"
          aria-label="When it happened"
          className="w-52"
          value={moment}
          onChange={(event) => setMoment(event.target.value)}
        />
        <Button variant="primary" onClick={save} disabled={!ready}>
          {updateItem.isPending ? 'Saving…' : 'Save'}
        </Button>
        <Button onClick={onClose}>Cancel</Button>
      </div>
    </div>
  )
}
