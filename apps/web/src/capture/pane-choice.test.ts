import { formatPanes, MAX_PANES, PANES, type PaneName, parsePanes } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import { addPane, changePane, closePane, placedPanes, showBeside, shownPanes } from './pane-choice.ts'

const offered: PaneName[] = ['flame', 'heat', 'syscalls', 'counts', 'events']
const recorded: PaneName[] = ['flame', 'counts', 'events', 'syscalls']

describe('which panes are shown', () => {
  it('those of the link that the capture has, in their order; everything recorded where there is none', () => {
    expect(shownPanes(['syscalls', 'heat'], { offered, recorded })).toEqual(['syscalls', 'heat'])
    expect(shownPanes(['latency', 'heat'], { offered, recorded })).toEqual(['heat'])
    expect(shownPanes(['latency', 'odd'], { offered, recorded })).toEqual(recorded)
    expect(shownPanes([], { offered, recorded })).toEqual(recorded)
  })

  it('gives the last place to the open one of those that share it', () => {
    expect(placedPanes(recorded, '')).toEqual(['flame', 'counts', 'events'])
    expect(placedPanes(recorded, 'syscalls')).toEqual(['flame', 'counts', 'syscalls'])
    expect(placedPanes(recorded, 'flame')).toEqual(['flame', 'counts', 'events'])
    expect(placedPanes(recorded, 'odd')).toEqual(['flame', 'counts', 'events'])
    expect(placedPanes(['heat'], 'flame')).toEqual(['heat'])
  })
})

describe('changing what is shown', () => {
  it('puts one in the place of another, and swaps those that are both shown', () => {
    expect(changePane(['flame', 'heat'], 'heat', 'syscalls')).toEqual(['flame', 'syscalls'])
    expect(changePane(['flame', 'heat', 'counts'], 'counts', 'flame')).toEqual(['counts', 'heat', 'flame'])
    expect(changePane(['flame'], 'flame', 'flame')).toEqual(['flame'])
  })

  it('shows one beside another, in the place of the last other one where there is no room', () => {
    expect(showBeside(['flame', 'counts'], 'flame', 'sandwich')).toEqual(['flame', 'sandwich', 'counts'])
    expect(showBeside(['flame', 'counts', 'heat'], 'flame', 'sandwich')).toEqual(['flame', 'counts', 'sandwich'])
    expect(showBeside(['flame', 'counts', 'heat'], 'heat', 'sandwich')).toEqual(['flame', 'sandwich', 'heat'])
    expect(showBeside(['sandwich', 'counts', 'heat'], 'heat', 'sandwich')).toEqual(['sandwich', 'counts', 'heat'])
    expect(showBeside(['flame'], 'flame', 'flame')).toEqual(['flame'])
  })

  it('adds beside, closes all but the last, and every step is a link that says the same', () => {
    expect(addPane(['flame', 'counts'], 'flame', 'heat')).toEqual(['flame', 'heat', 'counts'])
    expect(addPane(['flame', 'counts', 'heat'], 'flame', 'events')).toEqual(['flame', 'counts', 'heat'])
    expect(addPane(['flame', 'counts'], 'flame', 'counts')).toEqual(['flame', 'counts'])
    expect(closePane(['flame', 'heat'], 'flame')).toEqual(['heat'])
    expect(closePane(['heat'], 'heat')).toEqual(['heat'])
    let panes: PaneName[] = ['flame']
    for (const name of PANES) {
      panes = addPane(panes, panes.at(-1) ?? 'flame', name)
      expect(parsePanes(formatPanes(panes))).toEqual(panes)
      if (panes.length === MAX_PANES) panes = closePane(panes, panes[0] ?? 'flame')
    }
  })
})
