import { type KeyboardEvent, useEffect, useRef } from 'react'
import { placeAt } from './flame-tooltip.tsx'

export type MenuItem = {
  label: string
  keys?: string
  /** The first of a group. */
  startsGroup?: boolean
  run(): void
}

/** Menu of a frame. Closes on Escape, on a choice and on a press elsewhere; the opener takes the focus back in `onClose`. */
export function FlameMenu({ at, items, onClose }: { at: { x: number; y: number }; items: MenuItem[]; onClose(): void }) {
  const menu = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const element = menu.current
    if (!element) return
    placeAt(element, at.x - 10, at.y - 10)
    element.querySelector('button')?.focus()
    const onPress = (event: PointerEvent): void => {
      if (event.target instanceof Node && !element.contains(event.target)) onClose()
    }
    element.ownerDocument.addEventListener('pointerdown', onPress, true)
    return () => element.ownerDocument.removeEventListener('pointerdown', onPress, true)
  }, [at, onClose])

  const onKeyDown = (event: KeyboardEvent): void => {
    const buttons = [...(menu.current?.querySelectorAll('button') ?? [])]
    const index = buttons.findIndex((button) => button.matches(':focus'))
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step !== undefined) buttons[(index + step + buttons.length) % buttons.length]?.focus()
    else if (event.key === 'Escape' || event.key === 'Tab') onClose()
    else {
      const item =
        event.ctrlKey || event.metaKey || event.altKey ? undefined : items.find(({ keys }) => keys === event.key && keys.length === 1)
      if (!item) return
      onClose()
      item.run()
    }
    event.preventDefault()
    event.stopPropagation()
  }

  return (
    <div ref={menu} className="sf-menu" role="menu" aria-label="Frame" onKeyDown={onKeyDown}>
      {items.map((item) => (
        <button
          key={item.label}
          type="button"
          role="menuitem"
          data-starts-group={item.startsGroup || undefined}
          tabIndex={-1}
          onClick={() => {
            onClose()
            item.run()
          }}
        >
          <span>{item.label}</span>
          {item.keys && <kbd>{item.keys}</kbd>}
        </button>
      ))}
    </div>
  )
}
