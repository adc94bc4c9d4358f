'use client'
import { formatShare } from '@sonde/flamegraph'
import { type LoadedProfile, useEngineAnswer } from '@sonde/flamegraph/react'
import type { SampleSelection, StackTransform } from '@sonde/profile'
import { cx, formatExact, SearchInput, useListKeys } from '@sonde/ui'
import { type Ref, useId, useState } from 'react'
import { useDebounced } from '../url/use-debounced.ts'
import { FunctionText } from './function-text.tsx'

const OFFERED = 30
const TYPING_RESTS_MS = 120

export type FunctionPickerProps = {
  ref: Ref<HTMLInputElement>
  profile: LoadedProfile | undefined
  selection: SampleSelection
  transforms: readonly StackTransform[]
  onPick: (key: string) => void
}

/** Finds a function by a part of its name; the ones with the largest total first. */
export function FunctionPicker({ ref, profile, selection, transforms, onPick }: FunctionPickerProps) {
  const listId = useId()
  const [text, setText] = useState('')
  const [open, setOpen] = useState(false)
  const wanted = useDebounced(text, TYPING_RESTS_MS)
  const { data } = useEngineAnswer(
    profile,
    'functions',
    open
      ? {
          ...{ selection, transforms, search: { text: wanted, regex: false }, sort: 'total', dir: 'desc' },
          ...{ offset: 0, limit: OFFERED, slices: 0, selected: '' },
        }
      : null,
  )
  const count = open ? (data?.rows.length ?? 0) : 0
  const pick = (index: number) => {
    const key = data?.rows.key[index]
    if (!key) return
    setText('')
    setOpen(false)
    onPick(key)
  }
  const keys = useListKeys({ count, onPick: pick, onClose: () => setOpen(false) })
  return (
    <div className="relative min-w-36 flex-1">
      <SearchInput
        ref={ref}
        role="combobox"
        aria-label="Choose a function"
        aria-autocomplete="list"
        aria-expanded={count > 0}
        aria-controls={listId}
        aria-activedescendant={count > 0 && keys.active >= 0 ? `${listId}-${keys.active}` : undefined}
        placeholder="Choose a function"
        value={text}
        onChange={(event) => {
          setText(event.target.value)
          setOpen(true)
          keys.setActive(0)
        }}
        onFocus={() => setOpen(true)}
        onClick={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={(event) => {
          if (open) keys.onKeyDown(event)
          else if (event.key === 'ArrowDown') setOpen(true)
        }}
      />
      <div
        hidden={!open || data === undefined}
        className="absolute top-full right-0 z-20 mt-1 w-max min-w-full max-w-[min(36rem,calc(100cqw-1rem))] rounded-md border border-line bg-raised p-1 shadow-overlay"
      >
        <div id={listId} role="listbox" aria-label="Functions" className="max-h-72 overflow-auto">
          {data?.rows.key.map((key, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the text box's
            <div
              key={key}
              id={`${listId}-${index}`}
              ref={(element) => {
                if (index === keys.active && open) element?.scrollIntoView({ block: 'nearest' })
              }}
              role="option"
              tabIndex={-1}
              aria-selected={index === keys.active}
              onPointerDown={(event) => event.preventDefault()}
              onPointerMove={() => keys.setActive(index)}
              onClick={() => pick(index)}
              className={cx('flex h-6 cursor-pointer items-center gap-1.5 rounded-sm px-2', index === keys.active && 'bg-accent-soft')}
            >
              <FunctionText kind={data.rows.kind[index] ?? 0} name={data.rows.name[index] ?? ''} module={data.rows.module[index] ?? ''} />
              <span className="ml-auto shrink-0 whitespace-nowrap pl-3 text-ink-2 text-sm">
                {formatShare(data.rows.total[index] ?? 0, data.all.weight)}
              </span>
            </div>
          ))}
        </div>
        {data && data.matching > data.rows.length ? (
          <p className="px-2 py-1 text-ink-3 text-sm">and {formatExact(data.matching - data.rows.length)} with a smaller total</p>
        ) : data?.matching === 0 ? (
          <p className="px-2 py-1 text-ink-2 text-sm">No function of this selection has that in its name.</p>
        ) : null}
      </div>
    </div>
  )
}
