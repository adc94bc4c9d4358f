'use client'
import { FLAME_KEYS } from '@sonde/flamegraph'
import { Dialog, Kbd } from '@sonde/ui'
import { TRANSFORM_KEYS } from '../capture/transform-words.ts'
import { useModKey } from './mod-key.tsx'

type Shortcut = { keys: string[]; does: string }

export function KeyboardHelp({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const mod = useModKey()
  const groups: Array<{ title: string; shortcuts: Shortcut[] }> = [
    {
      title: 'Everywhere',
      shortcuts: [
        { keys: [mod, 'K'], does: 'Search pages, hosts, captures, commands' },
        { keys: ['g', 'h'], does: 'Go to hosts' },
        { keys: ['g', 'c'], does: 'Go to captures' },
        { keys: ['g', 'r'], does: 'Go to recipes' },
        { keys: ['g', 'd'], does: 'Go to deploys' },
        { keys: ['g', 'i'], does: 'Go to incidents' },
        { keys: ['g', 'u'], does: 'Go to rules' },
        { keys: ['g', 'n'], does: 'New capture' },
        { keys: ['?'], does: 'This help' },
      ],
    },
    {
      title: 'New capture',
      shortcuts: [
        { keys: [mod, 'Enter'], does: 'Start' },
        { keys: ['/'], does: 'Search recipes or probes' },
        { keys: ['↑', '↓', 'Enter'], does: 'Choose among what was found' },
      ],
    },
    {
      title: 'Capture',
      shortcuts: [
        { keys: ['/'], does: 'Search the flame graph; without one, filter the first table' },
        { keys: ['f'], does: 'Filter the first table' },
        { keys: ['0'], does: 'Reset the zoom' },
        { keys: ['a'], does: 'Notes: read them, add one' },
        { keys: ['v'], does: 'Compare what is selected with something else (versus)' },
        { keys: [mod, 'Z'], does: 'Undo the last transform of the flame graph' },
        { keys: [mod, 'Shift', 'Z'], does: 'Redo it' },
        { keys: ['Enter'], does: 'On the title of a pane: choose, add, swap and close panes' },
        { keys: ['Alt', '←'], does: 'The view before this one: every zoom and selection is a step in the history' },
      ],
    },
    {
      title: 'Comparison',
      shortcuts: [
        { keys: ['/'], does: 'Search the flame graphs and the functions' },
        { keys: ['x'], does: 'Swap A and B' },
        { keys: ['0'], does: 'Reset the zoom' },
        { keys: ['s'], does: 'On a frame: select its function in the table' },
        { keys: ['↑', '↓', 'Enter'], does: 'In the table of functions: select one, and frame it in the flame graph' },
      ],
    },
    {
      title: 'Chart over time, when it has focus',
      shortcuts: [
        { keys: ['←', '→'], does: 'The moment before and after; its numbers are read out' },
        { keys: ['Home', 'End'], does: 'The first and the last moment' },
        { keys: ['Shift', '←', '→'], does: 'Select a stretch of time; every pane that knows times is narrowed to it' },
        { keys: ['Escape'], does: 'The whole time again' },
      ],
    },
    {
      title: 'Heat map, when it has focus',
      shortcuts: [
        { keys: ['↑', '↓'], does: 'The cell after and before, through time; what is in it is read out' },
        { keys: ['←', '→'], does: 'The second before and after' },
        { keys: ['Enter'], does: 'Begin a selection, and end it, as two clicks do' },
        { keys: ['Shift', '←', '↑', '↓', '→'], does: 'Select from where one was' },
        { keys: ['Escape'], does: 'The whole time again' },
      ],
    },
    {
      title: 'Flame graph, when it has focus',
      shortcuts: FLAME_KEYS.map(({ keys, does }) => ({ keys: [keys], does })),
    },
    {
      title: 'On a frame of the flame graph',
      shortcuts: [
        { keys: ['a'], does: 'add a note on the frame, or show those that it has' },
        { keys: ['s'], does: 'callers and callees of the function, beside the graph' },
        ...TRANSFORM_KEYS.map(({ keys, does }) => ({ keys: [keys], does })),
      ],
    },
    {
      title: 'Table of functions, when it has focus',
      shortcuts: [
        { keys: ['↑', '↓'], does: 'The function before and after; Page, Home and End go further' },
        { keys: ['Enter'], does: 'Select it: its details, and a frame around it in the flame graph' },
        { keys: ['s'], does: 'Callers and callees of it, beside the table' },
        { keys: ['Escape'], does: 'Select none' },
      ],
    },
  ]
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Keyboard">
      <div className="flex flex-col gap-5">
        {groups.map((group) => (
          <section key={group.title} aria-label={group.title}>
            <h3 className="mb-1 font-medium text-ink-3">{group.title}</h3>
            <ul>
              {group.shortcuts.map((shortcut) => (
                <li key={shortcut.does} className="flex items-center justify-between gap-4 border-line border-b py-1.5 last:border-b-0">
                  <span>{shortcut.does}</span>
                  <span className="flex shrink-0 gap-1">
                    {shortcut.keys.map((key) => (
                      <Kbd key={key}>{key}</Kbd>
                    ))}
                  </span>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </Dialog>
  )
}
