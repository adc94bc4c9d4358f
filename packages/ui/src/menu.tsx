'use client'
import { cloneElement, type KeyboardEvent, lazy, type ReactElement, type ReactNode, Suspense, useState } from 'react'

const load = () => import('./menu-parts.tsx')
const OpenedMenu = lazy(async () => ({ default: (await load()).OpenedMenu }))

/** An item that does something. */
export const MenuItem = lazy(async () => ({ default: (await load()).MenuItem }))
/** Items of which one is chosen. */
export const MenuChoices = lazy(async () => ({ default: (await load()).MenuChoices }))
export const MenuChoice = lazy(async () => ({ default: (await load()).MenuChoice }))
/** An item that opens a menu of its own. */
export const MenuSub = lazy(async () => ({ default: (await load()).MenuSub }))
export const MenuCheck = lazy(async () => ({ default: (await load()).MenuCheck }))
export const MenuLabel = lazy(async () => ({ default: (await load()).MenuLabel }))
export const MenuSeparator = lazy(async () => ({ default: (await load()).MenuSeparator }))

type TriggerProps = {
  onClick?: () => void
  onKeyDown?: (event: KeyboardEvent) => void
  onPointerEnter?: () => void
  onFocus?: () => void
  'aria-haspopup'?: 'menu'
  'aria-expanded'?: boolean
}

export type MenuProps = {
  /** A button. */
  trigger: ReactElement<TriggerProps>
  children: ReactNode
  align?: 'start' | 'end'
}

/** A button with a menu. The menu's code is loaded when the pointer or the focus comes near, and the menu made when it is first opened. */
export function Menu({ trigger, children, align = 'end' }: MenuProps) {
  const [wasOpened, setOpened] = useState(false)
  const comeNear = () => void load()
  const closed = cloneElement(trigger, {
    'aria-haspopup': 'menu',
    'aria-expanded': wasOpened,
    onPointerEnter: comeNear,
    onFocus: comeNear,
    onClick: () => setOpened(true),
    onKeyDown: (event) => {
      if (event.key !== 'ArrowDown') return
      event.preventDefault()
      setOpened(true)
    },
  })
  if (!wasOpened) return closed
  return (
    <Suspense fallback={closed}>
      <OpenedMenu trigger={trigger} align={align}>
        {children}
      </OpenedMenu>
    </Suspense>
  )
}
