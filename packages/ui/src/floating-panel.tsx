'use client'
import * as Popover from 'radix-ui/popover'
import type { ReactNode, RefObject } from 'react'

export type FloatingPanelProps = {
  id: string
  anchor: RefObject<HTMLElement | null>
  side: 'top' | 'bottom' | 'left' | 'right'
  onClose: () => void
  /** The pointer is on the panel itself, which then stays: it may be long, and worth copying from. */
  onPointerEnter: () => void
  onPointerLeave: () => void
  children: ReactNode
}

/** What explain.tsx shows beside a control. In a file of its own, so that its code is loaded with the first explanation. */
export function FloatingPanel({ id, anchor, side, onClose, onPointerEnter, onPointerLeave, children }: FloatingPanelProps) {
  return (
    <Popover.Root
      open
      onOpenChange={(open) => {
        if (!open) onClose()
      }}
    >
      <Popover.Anchor virtualRef={anchor as RefObject<HTMLElement>} />
      <Popover.Portal>
        <Popover.Content
          id={id}
          role="tooltip"
          side={side}
          sideOffset={4}
          collisionPadding={8}
          // The focus stays on what is explained.
          onOpenAutoFocus={(event) => event.preventDefault()}
          onCloseAutoFocus={(event) => event.preventDefault()}
          onPointerEnter={onPointerEnter}
          onPointerLeave={onPointerLeave}
          className="z-50 max-w-80 rounded-md border border-line bg-raised px-2.5 py-2 text-ink text-sm shadow-overlay"
        >
          {children}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}
