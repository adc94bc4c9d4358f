'use client'
import type { CommentPin } from '@sonde/contract'
import { HostText } from '@sonde/ui'
import { Clock, Flame, Table2 } from 'lucide-react'
import { pinWords } from './pin-words.ts'

const ICONS = { frame: Flame, syscall: Table2, window: Clock, capture: Clock } as const

export type PinChipProps = {
  pin: CommentPin
  spanMs: number
  /** The graph that is shown does not have it. */
  isMissing?: boolean
  onJump: (() => void) | null
}

/** What a note is on: a button that goes there. */
export function PinChip({ pin, spanMs, isMissing = false, onJump }: PinChipProps) {
  const words = pinWords(pin, spanMs)
  if (!words) return null
  const Icon = ICONS[pin.on]
  const text = (
    <>
      <Icon aria-hidden className="size-3.5 shrink-0" />
      <HostText text={words.name} mono={words.isMono} className="font-medium" title={words.path.join('\n').slice(0, 2_000)} />
      <span className="min-w-0 max-w-full truncate text-ink-2">
        <HostText text={words.where} />
      </span>
    </>
  )
  const box = 'flex min-h-6 min-w-0 max-w-full items-center gap-1.5 rounded-md border px-1.5 text-sm'
  return (
    <div className="flex min-w-0 flex-col gap-0.5">
      {onJump ? (
        <button
          type="button"
          data-testid="pin-chip"
          onClick={onJump}
          className={`${box} self-start border-accent-line bg-accent-soft text-accent hover:border-accent`}
        >
          <span className="sr-only">Go to</span>
          {text}
        </button>
      ) : (
        <span className={`${box} border-line bg-inset`}>{text}</span>
      )}
      {isMissing ? (
        <details className="text-ink-2 text-sm" data-testid="pin-missing">
          <summary className="cursor-default">
            Not in the graph as it is shown now: selected or arranged differently, or not there yet.
          </summary>
          <ol className="mt-1 max-h-40 overflow-y-auto border-line border-l pl-2">
            {words.path.map((label, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: frames of one path, in its order
              <li key={i}>
                <HostText text={label} mono />
              </li>
            ))}
          </ol>
        </details>
      ) : null}
    </div>
  )
}
