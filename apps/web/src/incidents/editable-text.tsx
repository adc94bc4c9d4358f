'use client'
import { Button, HostText, Input } from '@sonde/ui'
import { PencilLine } from 'lucide-react'
import { type KeyboardEvent, useState } from 'react'
import { TextArea } from './text-area.tsx'

export type EditableTextProps = {
  /** A heading of one line, or text of several. */
  as: 'h1' | 'p'
  label: string
  text: string
  placeholder?: string
  mayEdit: boolean
  /** Rejects where it was not saved; the text stays in the field then. */
  onSave: (text: string) => Promise<unknown>
}

/** Text with a pencil beside it. Ctrl or Cmd and Enter saves, Escape leaves it as it was. */
export function EditableText({ as, label, text, placeholder, mayEdit, onSave }: EditableTextProps) {
  const [draft, setDraft] = useState<string | null>(null)
  const [saving, setSaving] = useState(false)
  const oneLine = as === 'h1'
  const save = async () => {
    if (draft === null || saving || (oneLine && draft.trim() === '')) return
    setSaving(true)
    try {
      await onSave(draft)
      setDraft(null)
    } catch {
      // Told by who saves; what was typed stays.
    } finally {
      setSaving(false)
    }
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') setDraft(null)
    else if (event.key === 'Enter' && (oneLine || event.metaKey || event.ctrlKey)) {
      event.preventDefault()
      void save()
    }
  }
  if (draft !== null) {
    const field = { 'aria-label': label, value: draft, onKeyDown, autoFocus: true }
    return (
      <div className={oneLine ? 'flex min-w-0 flex-1 items-center gap-2' : 'flex flex-col gap-2'}>
        {oneLine ? (
          <Input {...field} maxLength={160} onChange={(event) => setDraft(event.target.value)} />
        ) : (
          <TextArea {...field} rows={5} onChange={(event) => setDraft(event.target.value)} />
        )}
        <div className="flex gap-1.5">
          <Button variant="primary" onClick={() => void save()} disabled={saving || (oneLine && draft.trim() === '')}>
            {saving ? 'Saving…' : 'Save'}
          </Button>
          <Button onClick={() => setDraft(null)}>Cancel</Button>
        </div>
      </div>
    )
  }
  const edit = mayEdit ? (
    <Button
      variant="ghost"
      size="sm"
      icon
      aria-label={`Edit the ${label.toLowerCase()}`}
      onClick={() => setDraft(text)}
      className="print:hidden"
    >
      <PencilLine />
    </Button>
  ) : null
  if (oneLine)
    return (
      <div className="flex min-w-0 items-center gap-1">
        <h1 className="min-w-0 font-semibold text-xl">
          <HostText text={text} />
        </h1>
        {edit}
      </div>
    )
  if (text === '' && !mayEdit) return null
  return (
    <div className="flex items-start gap-1">
      {text === '' ? (
        <button type="button" className="text-left text-ink-3 hover:text-ink-2" onClick={() => setDraft('')}>
          {placeholder}
        </button>
      ) : (
        <WrittenText text={text} />
      )}
      {edit}
    </div>
  )
}

/** What somebody wrote, with its lines. */
export function WrittenText({ text }: { text: string }) {
  return (
    <div className="flex min-w-0 flex-col gap-2 text-pretty">
      {text.split(/\n{2,}/).map((paragraph, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are read, not moved
        <p key={at} className="min-w-0">
          {paragraph.split('\n').map((line, row) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: as above
            <span key={row} className="block min-h-[1lh]">
              <HostText text={line} wrap />
            </span>
          ))}
        </p>
      ))}
    </div>
  )
}
