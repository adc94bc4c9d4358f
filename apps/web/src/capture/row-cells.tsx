import type { RowOwner } from '@sonde/contract'
import { cx, HostText } from '@sonde/ui'
import type { UpdateView } from './use-view-state.ts'

/** What a row of counts or latencies is about, as columns; which of them there are. */
export type OwnerColumns = { process: boolean; host: boolean; probe: boolean; key: string | null }

/** The process of a row as a button that narrows every pane to it, and back. */
export function ProcessButton({
  owner,
  selected,
  update,
}: {
  owner: Pick<RowOwner, 'hostId' | 'hostName' | 'pid' | 'comm'>
  /** `hostId:pid` of the view. */
  selected: string
  update: UpdateView
}) {
  if (owner.pid === null || owner.hostId === null) return null
  const key = `${owner.hostId}:${owner.pid}`
  const isSelected = selected === key
  return (
    <button
      type="button"
      aria-pressed={isSelected}
      onClick={() => update({ process: isSelected ? '' : key, zoom: '', waitZoom: '' }, 'push')}
      title={`${owner.comm ?? '?'}, pid ${owner.pid}, on ${owner.hostName ?? ''}`}
      className={cx(
        'flex min-h-6 min-w-6 max-w-full items-baseline gap-1 rounded-sm px-0.5 py-0.5 text-left hover:underline',
        isSelected && 'text-accent',
      )}
    >
      <HostText text={owner.comm ?? '?'} className="font-medium" title="" />
      <span className="text-ink-3 text-sm">{owner.pid}</span>
      <span className="sr-only">: {isSelected ? 'show all processes' : 'show only this process'}</span>
    </button>
  )
}

/** A value of groupBy; what could not be read says so. */
export function KeyText({ value }: { value: string | null | undefined }) {
  if (value === undefined) return null
  if (value === null) return <span className="text-ink-3">no value</span>
  return value === '' ? <span className="text-ink-3">empty</span> : <HostText text={value} mono />
}
