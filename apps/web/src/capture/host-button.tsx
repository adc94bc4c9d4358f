import { cx, HostText } from '@sonde/ui'
import type { UpdateView } from './use-view-state.ts'

/** A host as a button that narrows every pane to it, and back. */
export function HostButton({
  hostId,
  hostName,
  selected,
  update,
}: {
  hostId: string
  hostName: string
  selected: string
  update: UpdateView
}) {
  const isSelected = hostId === selected
  return (
    <button
      type="button"
      aria-pressed={isSelected}
      onClick={() => update({ host: isSelected ? '' : hostId, zoom: '', waitZoom: '' }, 'push')}
      className={cx('min-h-6 min-w-6 max-w-full rounded-sm px-0.5 text-left font-medium hover:underline', isSelected && 'text-accent')}
    >
      <HostText text={hostName} />
      <span className="sr-only">: {isSelected ? 'show all hosts' : 'show only this host'}</span>
    </button>
  )
}
