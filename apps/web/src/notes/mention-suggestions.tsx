'use client'
import { cx, HostText } from '@sonde/ui'
import { type KeyboardEvent, type RefObject, useId, useState } from 'react'
import { type Handles, suggestPeople, typedMention } from './mention-text.ts'
import { PersonBadge } from './person-badge.tsx'

type Typed = { from: number; to: number; typed: string }

type Options = {
  box: RefObject<HTMLTextAreaElement | null>
  text: string
  handles: Handles
  onChange: (text: string) => void
}

/** People to mention while an `@` is being typed: arrow keys choose, Enter or Tab takes, Escape leaves it. */
export function useMentionSuggestions({ box, text, handles, onChange }: Options) {
  const listId = useId()
  const [typed, setTyped] = useState<Typed | null>(null)
  const [active, setActive] = useState(0)
  const people = typed ? suggestPeople(handles, typed.typed) : []
  const isOpen = people.length > 0
  const optionId = (index: number) => `${listId}-${index}`

  const follow = (element: HTMLTextAreaElement) => {
    const to = element.selectionStart
    const found = typedMention(element.value, to)
    setTyped(found ? { ...found, to } : null)
    setActive(0)
  }
  const pick = (index: number) => {
    const person = people[index]
    if (!typed || !person) return
    const before = `${text.slice(0, typed.from)}@${person.handle} `
    onChange(before + text.slice(typed.to))
    setTyped(null)
    // After React has put the text there.
    requestAnimationFrame(() => {
      box.current?.focus()
      box.current?.setSelectionRange(before.length, before.length)
    })
  }
  /** Whether the key was for the list. */
  const onKeyDown = (event: KeyboardEvent): boolean => {
    if (!isOpen || event.ctrlKey || event.metaKey || event.altKey) return false
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step !== undefined) setActive((active + step + people.length) % people.length)
    else if (event.key === 'Enter' || event.key === 'Tab') pick(active)
    else if (event.key === 'Escape') setTyped(null)
    else return false
    event.preventDefault()
    event.stopPropagation()
    return true
  }
  return {
    ...{ listId, people, active, pick, optionId, follow, onKeyDown, isOpen },
    boxProps: {
      'aria-autocomplete': 'list',
      'aria-haspopup': 'listbox',
      ...(isOpen ? { 'aria-controls': listId, 'aria-activedescendant': optionId(active) } : {}),
      onBlur: () => setTyped(null),
    } as const,
  }
}

type SuggestionsProps = Pick<ReturnType<typeof useMentionSuggestions>, 'listId' | 'people' | 'active' | 'pick' | 'optionId' | 'isOpen'>

export function MentionSuggestions({ listId, people, active, pick, optionId, isOpen }: SuggestionsProps) {
  if (!isOpen) return null
  return (
    <div
      id={listId}
      role="listbox"
      aria-label="People to mention"
      className="absolute inset-x-0 bottom-full z-10 mb-1 rounded-md border border-line bg-raised p-1 shadow-overlay"
    >
      {people.map((person, index) => (
        // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the text, which names the active option
        // biome-ignore lint/a11y/useKeyWithClickEvents: keys are the text's
        <div
          key={person.id}
          id={optionId(index)}
          role="option"
          aria-selected={index === active}
          className={cx('flex min-h-7 cursor-default items-center gap-2 rounded-sm px-1.5', index === active && 'bg-hover')}
          // The text keeps the focus.
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => pick(index)}
        >
          <PersonBadge person={{ id: person.id, name: person.handle }} />
          <HostText text={person.handle} />
        </div>
      ))}
    </div>
  )
}
