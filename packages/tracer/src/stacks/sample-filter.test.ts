import { describe, expect, it } from 'vitest'
import { type AgentCondition, SampleFilter } from './sample-filter.ts'

const thread = (over: Partial<{ pid: number; tid: number; comm: string }> = {}) => ({ pid: 10, tid: 12, comm: 'nginx', ...over })
const keeps = (conditions: AgentCondition[], who = thread(), status: (tid: number) => string = () => '') =>
  new SampleFilter(conditions, status).keeps(who)

describe('SampleFilter', () => {
  it('compares who it was', () => {
    expect(keeps([])).toBe(true)
    expect(keeps([{ field: 'pid', op: '==', value: 10 }])).toBe(true)
    expect(keeps([{ field: 'tid', op: '>', value: 12 }])).toBe(false)
    expect(keeps([{ field: 'tid', op: '>=', value: 12 }])).toBe(true)
    expect(keeps([{ field: 'pid', op: '&', value: 2 }])).toBe(true)
    expect(keeps([{ field: 'pid', op: '&', value: 5 }])).toBe(false)
    expect(keeps([{ field: 'comm', op: '==', value: 'nginx' }])).toBe(true)
    expect(keeps([{ field: 'comm', op: '!=', value: 'nginx' }])).toBe(false)
    expect(
      keeps([
        { field: 'comm', op: '==', value: 'nginx' },
        { field: 'pid', op: '!=', value: 10 },
      ]),
    ).toBe(false)
  })

  it('looks up the real user of a task, of its process where the thread is gone, and remembers it', () => {
    const status = new Map([[12, 'Name:\tx\nUid:\t33\t0\t0\t0\nGid:\t1\t1\t1\t1\n']])
    const filter = new SampleFilter([{ field: 'uid', op: '==', value: 33 }], (tid) => status.get(tid) ?? '')
    expect(filter.keeps(thread())).toBe(true)
    status.clear()
    expect(filter.keeps(thread())).toBe(true)
    status.set(10, 'Uid:\t33\t33\t33\t33')
    expect(filter.keeps(thread({ tid: 99 }))).toBe(true)
    expect(filter.withoutUser).toBe(0)
  })

  it('leaves out, and counts, what nobody can say the user of', () => {
    const filter = new SampleFilter([{ field: 'uid', op: '!=', value: 33 }], () => '')
    expect([filter.keeps(thread()), filter.keeps(thread())]).toEqual([false, false])
    expect(filter.withoutUser).toBe(2)
  })

  it('knows the user of this very process', () => {
    const uid = process.getuid?.() ?? 0
    expect(new SampleFilter([{ field: 'uid', op: '==', value: uid }]).keeps(thread({ pid: process.pid, tid: process.pid }))).toBe(true)
    expect(new SampleFilter([{ field: 'uid', op: '==', value: uid + 1 }]).keeps(thread({ pid: process.pid, tid: process.pid }))).toBe(false)
  })
})
