'use client'
import * as Tabs from 'radix-ui/tabs'
import type { ReactNode } from 'react'
import { cx } from './class-names.ts'

export type TabPanel<T extends string> = { value: T; title: string; content: ReactNode }

export type TabPanelsProps<T extends string> = {
  label: string
  panels: readonly TabPanel<T>[]
  /** The open one; the first where it is none of them. */
  open: string
  onOpen: (value: T) => void
  className?: string
}

/** Panels that share one place: one is shown, the tabs above say which there are. Arrow keys move between the tabs. */
export function TabPanels<T extends string>({ label, panels, open, onOpen, className }: TabPanelsProps<T>) {
  const shown = panels.find((panel) => panel.value === open) ?? panels[0]
  return (
    <Tabs.Root
      value={shown?.value ?? ''}
      onValueChange={(value) => {
        const panel = panels.find((one) => one.value === value)
        if (panel) onOpen(panel.value)
      }}
      className={cx('flex flex-col', className)}
    >
      <Tabs.List aria-label={label} className="flex shrink-0 gap-1 overflow-x-auto pb-1.5">
        {panels.map((panel) => (
          <Tabs.Trigger
            key={panel.value}
            value={panel.value}
            className="h-7 shrink-0 whitespace-nowrap rounded-md border border-transparent px-2.5 text-ink-2 hover:bg-hover hover:text-ink data-[state=active]:border-accent-line data-[state=active]:bg-accent-soft data-[state=active]:font-medium data-[state=active]:text-accent"
          >
            {panel.title}
          </Tabs.Trigger>
        ))}
      </Tabs.List>
      {panels.map((panel) => (
        <Tabs.Content key={panel.value} value={panel.value} className="min-h-0 flex-1 outline-none" tabIndex={-1}>
          {panel.content}
        </Tabs.Content>
      ))}
    </Tabs.Root>
  )
}
