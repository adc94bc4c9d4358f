import { GROUP_KIND } from '@sonde/profile'
import { formatShare } from '@sonde/ui'
import { functionName } from './function-name.ts'
import type { OddReason } from './odd-hosts.ts'

/** What a host does more, or less, than the others: "fsync 14.9 % here, 0.3 % elsewhere". */
export function OddReasonText({ reason }: { reason: OddReason }) {
  const { here, elsewhere } = reason
  const { name, note, of } = wordsOf(reason)
  return (
    <span
      className="inline-flex max-w-full items-baseline gap-1 whitespace-nowrap"
      title={`${name}${note === '' ? '' : ` (${note})`}: ${formatShare(here)} ${of} here, ${formatShare(elsewhere)} on the other hosts on average`}
    >
      <span aria-hidden className={here > elsewhere ? 'text-warn' : 'text-ink-3'}>
        {here > elsewhere ? '▲' : '▼'}
      </span>
      <bdi className="min-w-0 truncate font-mono text-[12px]">{name}</bdi>
      {note === '' ? null : <span className="text-ink-3 text-sm">{note}</span>}
      <span>{formatShare(here)}</span>
      <span className="text-ink-3">here, {formatShare(elsewhere)} elsewhere</span>
    </span>
  )
}

function wordsOf(reason: OddReason): { name: string; note: string; of: string } {
  if (reason.of === 'calls') {
    const name = functionName(reason.errno === null ? reason.syscall : `${reason.syscall} ${reason.errno}`)
    return { name, note: reason.errno === null ? 'calls' : 'fails', of: 'of its calls' }
  }
  const name = functionName(reason.name)
  if (reason.kind === GROUP_KIND.process) return { name, note: 'process', of: 'of its samples' }
  return { name, note: reason.by, of: `of its samples (${reason.by})` }
}
