'use client'
import { type KeyboardEvent, useState } from 'react'

export type ListKeys = {
  /** Index of the option that Enter takes; −1: none. */
  active: number
  setActive: (index: number) => void
  /** For the text box that rules the list. Handles arrows, Page keys, Enter and Escape; Home and End stay with the text. */
  onKeyDown: (event: KeyboardEvent) => void
}

const PAGE = 10

/**
 * Keys of a combobox (WAI-ARIA): focus stays in the text box, the active option moves. With `startAt` 0 the first option is active
 * at once, with −1 none is until an arrow is pressed. What is active never points beyond the list, which may change while typing.
 */
export function useListKeys({
  count,
  onPick,
  onClose,
  startAt = 0,
}: {
  count: number
  onPick: (index: number) => void
  onClose: () => void
  startAt?: -1 | 0
}): ListKeys {
  const [wanted, setActive] = useState<number>(startAt)
  const active = Math.min(wanted, count - 1)
  const move = (to: number) => setActive(Math.max(0, Math.min(count - 1, to)))
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing || event.altKey || event.ctrlKey || event.metaKey) return
    const act = () => {
      switch (event.key) {
        case 'ArrowDown':
          return count > 0 && move(active + 1)
        case 'ArrowUp':
          return count > 0 && move(active - 1)
        case 'PageDown':
          return count > 0 && move(active + PAGE)
        case 'PageUp':
          return count > 0 && move(active - PAGE)
        case 'Enter':
          return active >= 0 && onPick(active)
        case 'Escape':
          return onClose()
      }
      return false
    }
    if (act() === false) return
    event.preventDefault()
    event.stopPropagation()
  }
  return { active, setActive, onKeyDown }
}
