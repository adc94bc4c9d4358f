'use client'
import { assertNever } from '@sonde/contract'
import { Button, formatBytes, formatPlural, HostText, ProgressBar, StateDot, visibleText } from '@sonde/ui'
import { X } from 'lucide-react'
import Link from 'next/link'
import { FORMATS_SENTENCE } from './format-words.ts'
import { type ImportItem, isOver, isUnderWay } from './import-list.ts'

export type ImportPanelProps = { items: readonly ImportItem[]; onCancel: (key: number) => void; onClear: () => void }

/** The files that are being imported, and what became of them; stays over every page until it is closed. */
export function ImportPanel({ items, onCancel, onClear }: ImportPanelProps) {
  if (items.length === 0) return null
  const open = items.filter((item) => !isOver(item)).length
  const failed = items.some((item) => item.phase === 'failed')
  return (
    <section
      aria-label="Imports"
      data-testid="import-panel"
      className="fixed inset-x-3 bottom-3 z-30 flex max-h-[50dvh] flex-col rounded-lg border border-line bg-raised text-ink shadow-overlay sm:right-auto sm:w-105"
    >
      <header className="flex items-center gap-2 border-line border-b py-1.5 pr-1.5 pl-3">
        <h2 className="flex-1 font-medium" role="status">
          {open > 0 ? `Importing ${formatPlural(open, 'file')}` : `Imported ${countDone(items)} of ${formatPlural(items.length, 'file')}`}
        </h2>
        {open === 0 ? (
          <Button size="sm" variant="ghost" icon aria-label="Close the imports" onClick={onClear}>
            <X />
          </Button>
        ) : null}
      </header>
      <ul className="min-h-0 overflow-auto">
        {items.map((item) => (
          <ImportRow key={item.key} item={item} onCancel={() => onCancel(item.key)} />
        ))}
      </ul>
      {failed ? <p className="border-line border-t px-3 py-1.5 text-ink-2 text-sm">{FORMATS_SENTENCE}</p> : null}
    </section>
  )
}

const countDone = (items: readonly ImportItem[]): number => items.filter((item) => item.phase === 'done').length

function ImportRow({ item, onCancel }: { item: ImportItem; onCancel: () => void }) {
  return (
    <li data-testid="import-item" data-phase={item.phase} className="flex flex-col gap-1 border-line border-b px-3 py-2 last:border-b-0">
      <div className="flex min-w-0 items-center gap-2">
        <StateDot kind={DOTS[item.phase]} />
        {item.captureId === null ? (
          <HostText text={item.name} className="min-w-0 flex-1 font-medium" />
        ) : (
          <Link href={`/captures/${item.captureId}`} className="min-w-0 flex-1 font-medium text-accent underline">
            <HostText text={item.name} />
          </Link>
        )}
        <span className="shrink-0 text-ink-2 text-sm">{progressWords(item)}</span>
        {isOver(item) ? null : (
          <Button size="sm" variant="ghost" onClick={onCancel}>
            Cancel
          </Button>
        )}
      </div>
      {isUnderWay(item) ? (
        <ProgressBar
          share={item.phase === 'reading' ? null : item.sentBytes / item.sizeBytes}
          label={`Import of ${visibleText(item.name)}`}
        />
      ) : null}
      {item.error === null ? null : (
        <p role="alert" className="text-bad">
          <HostText text={item.error} wrap />
        </p>
      )}
    </li>
  )
}

const DOTS = { waiting: 'idle', sending: 'live', reading: 'live', done: 'good', failed: 'bad', cancelled: 'hollow' } as const

function progressWords({ phase, sentBytes, sizeBytes }: ImportItem): string {
  switch (phase) {
    case 'waiting':
      return `waiting, ${formatBytes(sizeBytes)}`
    case 'sending':
      return `${formatBytes(sentBytes)} of ${formatBytes(sizeBytes)}`
    case 'reading':
      return `reading ${formatBytes(sizeBytes)}`
    case 'done':
      return formatBytes(sizeBytes)
    case 'failed':
      return 'not imported'
    case 'cancelled':
      return 'cancelled'
    default:
      return assertNever(phase)
  }
}
