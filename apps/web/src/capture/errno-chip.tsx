import { cx, ERRNO_WORDS, formatCount, HostText } from '@sonde/ui'

/** How programs wait and get interrupted: frequent, and no sign of trouble. */
const ORDINARY = new Set([
  'EAGAIN',
  'EINTR',
  'EINPROGRESS',
  'EALREADY',
  'ERESTARTSYS',
  'ERESTARTNOINTR',
  'ERESTARTNOHAND',
  'ERESTART_RESTARTBLOCK',
])

/** Part of how programs wait. */
export const isOrdinaryErrno = (name: string): boolean => ORDINARY.has(name)

export function ErrnoChip({ name, count }: { name: string; count?: number }) {
  const words = ERRNO_WORDS[name]
  return (
    <span
      className={cx(
        'inline-flex h-[18px] min-w-0 items-center overflow-hidden gap-1 rounded-sm px-1 text-xs',
        isOrdinaryErrno(name) ? 'bg-hover text-ink-2' : 'bg-bad-soft text-bad',
      )}
      title={words ? `${name}: ${words}` : name}
    >
      <HostText wrap text={name} className="shrink-0 whitespace-nowrap! font-medium" />
      {count === undefined ? null : <span className="shrink-0">{formatCount(count)}</span>}
      {words ? <span className="truncate">{words}</span> : null}
    </span>
  )
}
