'use client'
import { Check, ChevronRight } from 'lucide-react'
import * as DropdownMenu from 'radix-ui/dropdown-menu'
import type { ReactNode } from 'react'
import { cx } from './class-names.ts'

const CONTENT =
  'z-50 max-h-(--radix-dropdown-menu-content-available-height) min-w-44 overflow-y-auto rounded-md border border-line bg-raised p-1 text-ink shadow-overlay'
const ITEM =
  'flex h-7 cursor-default select-none items-center gap-2 rounded-sm px-2 outline-none data-disabled:opacity-50 data-highlighted:bg-hover data-[state=open]:bg-hover [&_svg]:size-3.5'

/** What menu.tsx shows once a menu was opened: everything that needs Radix, in a file of its own so that a page can do without until then. */
export function OpenedMenu({ trigger, children, align }: { trigger: ReactNode; children: ReactNode; align: 'start' | 'end' }) {
  return (
    <DropdownMenu.Root defaultOpen>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content align={align} sideOffset={4} collisionPadding={8} className={CONTENT}>
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

export function MenuItem({
  onSelect,
  children,
  tone = 'plain',
  disabled = false,
}: {
  onSelect: () => void
  children: ReactNode
  tone?: 'plain' | 'danger'
  disabled?: boolean
}) {
  return (
    <DropdownMenu.Item onSelect={onSelect} disabled={disabled} className={cx(ITEM, tone === 'danger' && 'text-bad')}>
      {children}
    </DropdownMenu.Item>
  )
}

/** Items of which one is chosen. */
export function MenuChoices({ value, onChoose, children }: { value: string; onChoose: (value: string) => void; children: ReactNode }) {
  return (
    <DropdownMenu.RadioGroup value={value} onValueChange={onChoose}>
      {children}
    </DropdownMenu.RadioGroup>
  )
}

export function MenuChoice({
  value,
  note,
  disabled = false,
  children,
}: {
  value: string
  note?: string | undefined
  disabled?: boolean
  children: ReactNode
}) {
  return (
    <DropdownMenu.RadioItem value={value} disabled={disabled} className={ITEM}>
      <Checkable note={note}>{children}</Checkable>
    </DropdownMenu.RadioItem>
  )
}

/** What an item shows that can be checked: room for the mark, what it is, a note at the right. */
function Checkable({ note, children }: { note: string | undefined; children: ReactNode }) {
  return (
    <>
      <span className="w-3.5 shrink-0">
        <DropdownMenu.ItemIndicator>
          <Check aria-hidden />
        </DropdownMenu.ItemIndicator>
      </span>
      {children}
      {note === undefined ? null : <span className="ml-auto pl-4 text-ink-3 text-sm">{note}</span>}
    </>
  )
}

/** An item that is on or off. */
export function MenuCheck({
  isChecked,
  onChange,
  note,
  children,
}: {
  isChecked: boolean
  onChange: (isChecked: boolean) => void
  note?: string | undefined
  children: ReactNode
}) {
  return (
    <DropdownMenu.CheckboxItem checked={isChecked} onCheckedChange={onChange} className={ITEM}>
      <Checkable note={note}>{children}</Checkable>
    </DropdownMenu.CheckboxItem>
  )
}

/** An item that opens a menu of its own. */
export function MenuSub({ label, disabled = false, children }: { label: ReactNode; disabled?: boolean; children: ReactNode }) {
  return (
    <DropdownMenu.Sub>
      <DropdownMenu.SubTrigger disabled={disabled} className={ITEM}>
        {label}
        <ChevronRight aria-hidden className="ml-auto text-ink-3" />
      </DropdownMenu.SubTrigger>
      <DropdownMenu.Portal>
        <DropdownMenu.SubContent sideOffset={4} collisionPadding={8} className={CONTENT}>
          {children}
        </DropdownMenu.SubContent>
      </DropdownMenu.Portal>
    </DropdownMenu.Sub>
  )
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return <DropdownMenu.Label className="px-2 py-1 text-ink-3 text-sm">{children}</DropdownMenu.Label>
}

export function MenuSeparator() {
  return <DropdownMenu.Separator className="my-1 h-px bg-line" />
}
