import { describe, expect, it } from 'vitest'
import { automaticSpan, likelyMatch, likelyStarts, startNames } from './span-pair.ts'

const syscall = (name: string) => ({ kind: 'tracepoint', category: 'syscalls', name }) as const

describe('automaticSpan', () => {
  it('gives the same span from either end', () => {
    for (const [a, b] of [
      [{ kind: 'kprobe', function: 'f', at: 'entry' } as const, { kind: 'kprobe', function: 'f', at: 'return' } as const],
      [syscall('sys_enter_read'), syscall('sys_exit_read')],
    ] as const) {
      expect(automaticSpan(a)).toEqual({ start: a, end: b })
      expect(automaticSpan(b)).toEqual({ start: a, end: b })
    }
  })
  it('does not guess', () => {
    expect(automaticSpan({ kind: 'tracepoint', category: 'block', name: 'sys_enter_read' })).toBeNull()
    expect(automaticSpan(syscall('sys_enter_'))).toBeNull()
    expect(automaticSpan({ kind: 'usdt', binary: { of: 'library', name: 'l' }, provider: 'p', name: 'query__done' })).toBeNull()
  })
})

describe('what may begin a span', () => {
  it.each([
    ['query__done', 'query__start'],
    ['irq_handler_exit', 'irq_handler_entry'],
    ['block_rq_complete', 'block_rq_issue'],
    ['function__return', 'function__entry'],
    ['gc__end', 'gc__begin'],
    ['mm_vmscan_direct_reclaim_end', 'mm_vmscan_direct_reclaim_begin'],
  ])('%s: among others %s', (end, start) => {
    expect(startNames(end)).toContain(start)
  })
  it('suggests nothing for other names, and only probes beside the end', () => {
    expect(startNames('sched_switch')).toEqual([])
    expect(startNames('send')).toEqual([])
    expect(likelyStarts({ kind: 'tracepoint', category: 'irq', name: 'irq_handler_exit' })).toContainEqual({
      kind: 'tracepoint',
      category: 'irq',
      name: 'irq_handler_entry',
    })
    expect(likelyStarts({ kind: 'kprobe', function: 'x_done', at: 'entry' })).toEqual([])
  })
  it('knows by which fields a block request is recognised', () => {
    const [issue, complete] = ['block_rq_issue', 'block_rq_complete'].map((name) => ({
      kind: 'tracepoint' as const,
      category: 'block',
      name,
    }))
    if (!issue || !complete) throw new Error('unreachable')
    expect(likelyMatch(issue, complete)).toEqual([
      { start: 'start.dev', end: 'args.dev' },
      { start: 'start.sector', end: 'args.sector' },
    ])
    expect(likelyMatch(complete, issue)).toEqual([])
  })
})
