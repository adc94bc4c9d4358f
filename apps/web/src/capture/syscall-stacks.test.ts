import { DEFAULT_VIEW_STATE, formatViewState, parsePanes, parseViewState } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import { parseDraft, specOf } from '../new-capture/draft.ts'
import { exactStacksHref, stacksPatch, withPane } from './syscall-stacks.ts'

const LINE = { name: 'write', process: 'host1:42', hostId: 'host1', pid: 42 }

describe('stacks that issue a call', () => {
  it('the view that shows them goes through a link', () => {
    const view = { ...DEFAULT_VIEW_STATE, ...stacksPatch(DEFAULT_VIEW_STATE, LINE, 'flame') }
    expect(parseViewState(new URLSearchParams(formatViewState(view)))).toEqual(view)
    expect(view).toMatchObject({ process: 'host1:42', pane: 'flame', regex: true })
  })

  it('the flame graph takes a free place, or that of another pane, never that of the system calls', () => {
    expect(withPane('', 'flame')).toBe('')
    expect(withPane('syscalls', 'flame')).toBe('flame,syscalls')
    expect(withPane('syscalls,counts,events', 'flame')).toBe('syscalls,flame,events')
    expect(withPane('counts,syscalls,flame', 'flame')).toBe('counts,syscalls,flame')
    for (const panes of ['syscalls,counts,events', 'counts,syscalls', 'events,latency,syscalls'])
      expect(parsePanes(withPane(panes, 'offcpu'))).toEqual(expect.arrayContaining(['offcpu', 'syscalls']))
  })

  it('exact ones: a capture at the tracepoint, of this process, that can be started as it is', () => {
    const href = exactStacksHref({ ...LINE, name: 'fstat' })
    const made = specOf(parseDraft(new URLSearchParams(href?.split('?')[1])))
    expect(made).toMatchObject({
      ok: true,
      spec: {
        instruments: [
          { collector: 'stacks', probe: { category: 'syscalls', name: 'sys_enter_newfstat' }, sample: { by: 'period', every: 1 } },
        ],
        filter: { kind: 'pid', pid: 42 },
      },
    })
    expect(exactStacksHref({ ...LINE, name: 'syscall_451' })).toBeNull()
    expect(exactStacksHref({ ...LINE, name: '<img src=x>' })).toBeNull()
    // The kernel's idle task is no process that could be filtered by.
    expect(exactStacksHref({ ...LINE, pid: 0 })).toBeNull()
  })
})
