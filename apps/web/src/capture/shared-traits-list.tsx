import { cx, HostText } from '@sonde/ui'
import type { SharedTrait } from './shared-traits.ts'

const SHOWN = 6

/** What the odd hosts have and the others lack, with the counts. */
export function SharedTraitsList({ traits, oddHosts }: { traits: readonly SharedTrait[]; oddHosts: number }) {
  if (traits.length === 0) return null
  return (
    <div className="flex shrink-0 flex-wrap items-baseline gap-x-2 gap-y-1 border-line border-b px-2 py-1.5" data-testid="shared-traits">
      <span className="font-medium">{oddHosts === 1 ? 'Only the odd one has' : 'The odd ones share'}</span>
      {traits.slice(0, SHOWN).map(({ key, value, isLabel, odd, oddHosts: all, others, otherHosts }) => (
        <span key={`${isLabel} ${key} ${value}`} className="inline-flex max-w-full items-baseline gap-1 whitespace-nowrap">
          <span
            className={cx('inline-flex min-w-0 max-w-72 gap-1 rounded-sm border border-line bg-inset px-1', isLabel && 'font-mono text-xs')}
          >
            <HostText text={key} className="text-ink-3" />
            {isLabel ? <span className="text-ink-3">=</span> : null}
            <HostText text={value} />
          </span>
          <span className="text-ink-2 text-sm">
            {odd} of {all} odd, {others} of {otherHosts} others
          </span>
        </span>
      ))}
      <span className="text-ink-3 text-sm">
        {traits.length > SHOWN ? `and ${traits.length - SHOWN} more. ` : ''}Labels and facts as they are now; it need not be the cause.
      </span>
    </div>
  )
}
