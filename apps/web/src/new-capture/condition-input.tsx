'use client'
import { parseConditions } from '@sonde/contract'
import { cx, Field, Input, useListKeys } from '@sonde/ui'
import { useId, useRef, useState } from 'react'
import { type Completion, completeCondition } from './condition-completion.ts'
import { checkConditions, type FieldInfo } from './probe-fields.ts'

export type ConditionInputProps = {
  label: string
  value: string
  onChange: (text: string) => void
  fields: readonly FieldInfo[]
  /** Whether everything about the probes is known, so that a name that is not among `fields` is a mistake. */
  complete: boolean
  placeholder: string
}

/** The reading of what was typed, and what is wrong with it, in a sentence; null: nothing. */
export function conditionProblem(text: string, fields: readonly FieldInfo[], complete: boolean): string | null {
  const parsed = parseConditions(text)
  if (parsed.ok) return checkConditions(parsed.conditions, fields, complete)
  const rest = text.slice(parsed.at).trim()
  return `${parsed.message.charAt(0).toUpperCase()}${parsed.message.slice(1)}${rest === '' ? '' : `, at “${rest.slice(0, 24)}”`}.`
}

/** Conditions as text, with what may come next below the box. Checked while typing; what is wrong is said when there is a pause to read it. */
export function ConditionInput({ label, value, onChange, fields, complete, placeholder }: ConditionInputProps) {
  const listId = useId()
  const input = useRef<HTMLInputElement>(null)
  const [cursor, setCursor] = useState(0)
  const [open, setOpen] = useState(false)
  const [focused, setFocused] = useState(false)
  const completion: Completion = open ? completeCondition(value, cursor, fields) : { from: 0, options: [] }
  const { options } = completion

  const accept = (index: number) => {
    const option = options[index]
    if (!option) return
    const next = value.slice(0, completion.from) + option.insert + value.slice(cursor).trimStart()
    const at = completion.from + option.insert.length
    onChange(next)
    setCursor(at)
    keys.setActive(0)
    // After React has written the value, else the cursor jumps to its end.
    requestAnimationFrame(() => input.current?.setSelectionRange(at, at))
  }
  const keys = useListKeys({ count: options.length, onPick: accept, onClose: () => setOpen(false) })
  const problem = conditionProblem(value, fields, complete)
  // While the list still offers how to go on, half a condition is no mistake.
  const shownProblem = focused && options.length > 0 ? null : problem

  return (
    <Field label={label} hint="Evaluated in the kernel, before anything is recorded. All must hold." error={shownProblem}>
      {(ids) => (
        <div className="relative">
          <Input
            {...ids}
            ref={input}
            value={value}
            placeholder={placeholder}
            maxLength={1_000}
            spellCheck={false}
            autoComplete="off"
            autoCapitalize="off"
            className="font-mono text-sm"
            role="combobox"
            aria-autocomplete="list"
            aria-expanded={options.length > 0}
            aria-controls={listId}
            aria-activedescendant={options.length > 0 && keys.active >= 0 ? `${listId}-${keys.active}` : undefined}
            onChange={(event) => {
              onChange(event.target.value)
              setCursor(event.target.selectionStart ?? event.target.value.length)
              setOpen(true)
              keys.setActive(0)
            }}
            onSelect={(event) => setCursor(event.currentTarget.selectionStart ?? 0)}
            onFocus={() => {
              setFocused(true)
              setOpen(true)
            }}
            onBlur={() => {
              setFocused(false)
              setOpen(false)
            }}
            onKeyDown={(event) => {
              if (event.key === 'Tab' && !event.shiftKey && options.length > 0 && completion.from < cursor) {
                event.preventDefault()
                accept(Math.max(0, keys.active))
              } else if (options.length > 0 || event.key !== 'Escape') keys.onKeyDown(event)
            }}
          />
          <div
            id={listId}
            role="listbox"
            aria-label="What may come next"
            hidden={options.length === 0}
            className="absolute top-full left-0 z-20 mt-1 max-h-56 w-max min-w-64 max-w-full overflow-auto rounded-md border border-line bg-raised p-1 shadow-overlay"
          >
            {options.map((option, index) => (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the text box's
              <div
                key={option.label}
                id={`${listId}-${index}`}
                role="option"
                tabIndex={-1}
                aria-selected={index === keys.active}
                onPointerDown={(event) => event.preventDefault()}
                onPointerMove={() => keys.setActive(index)}
                onClick={() => accept(index)}
                className={cx(
                  'flex h-6 cursor-pointer items-center gap-3 rounded-sm px-2',
                  index === keys.active && 'bg-accent-soft text-accent',
                )}
              >
                <span className="font-mono text-sm">{option.label}</span>
                <span className="ml-auto min-w-0 truncate text-ink-3 text-sm">{option.detail}</span>
              </div>
            ))}
          </div>
        </div>
      )}
    </Field>
  )
}
