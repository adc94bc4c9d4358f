'use client'
import type { CaptureViewState } from '@sonde/contract'
import { cx, SearchInput } from '@sonde/ui'
import type { KeyboardEvent, Ref } from 'react'
import { useSyncedText } from '../url/use-synced-text.ts'
import type { HistoryMode } from './use-view-state.ts'

export type NameSearchProps = {
  ref: Ref<HTMLInputElement>
  label: string
  view: Pick<CaptureViewState, 'search' | 'regex'>
  update: (patch: { search?: string; regex?: boolean }, mode: HistoryMode) => void
  /** The text cannot be used as a pattern. */
  isUnusable: boolean
  onKeyDown?: (event: KeyboardEvent<HTMLInputElement>, isEmpty: boolean) => void
  className?: string
}

/** The view's one search for functions, by text or regular expression: flame graphs and tables of functions follow it alike. */
export function NameSearch({ ref, label, view, update, isUnusable, onKeyDown, className }: NameSearchProps) {
  const [search, setSearch] = useSyncedText(view.search, (text) => update({ search: text }, 'replace'))
  return (
    <SearchInput
      ref={ref}
      {...(className === undefined ? {} : { className })}
      aria-label={label}
      placeholder={view.regex ? 'Regular expression' : 'Function'}
      value={search}
      aria-invalid={isUnusable ? true : undefined}
      onChange={(event) => setSearch(event.target.value)}
      onKeyDown={(event) => onKeyDown?.(event, search === '')}
      end={
        <button
          type="button"
          aria-pressed={view.regex}
          aria-label="Regular expression"
          title="Regular expression"
          onClick={() => update({ regex: !view.regex }, 'replace')}
          className={cx(
            'h-6 min-w-6 rounded-sm px-1 font-mono text-sm',
            view.regex ? 'bg-accent-soft text-accent' : 'text-ink-3 hover:text-ink',
          )}
        >
          .*
        </button>
      }
    />
  )
}
