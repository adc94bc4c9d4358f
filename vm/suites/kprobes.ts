import type { Profile } from '@sonde/profile'
import { expect, test } from 'vitest'
import type { InstrumentInput, Recorded } from '../record-capture.ts'
import { countsOf, eventsOf, latencyOf, profileOf, recordCapture, specOf } from '../record-capture.ts'
import { copyByteByByte, openFiles } from '../workloads.ts'
import type { TheLab } from './with-lab.ts'

const BYTES = 2_000
const ofDd = { field: 'comm', op: '==', value: 'dd' } as const
const kprobe = (name: string) => ({ kind: 'kprobe', function: name }) as const
const kretprobe = (name: string) => ({ kind: 'kprobe', function: name, at: 'return' }) as const

/** Functions of the kernel: what they are counted, timed and shown with is compared with what a program was told to do. */
export function kprobeTests(theLab: TheLab): void {
  const isDone = ({ target }: Recorded) => expect(target, target.message ?? '').toMatchObject({ state: 'done', reason: null })

  test('kprobe, counts: as many calls as the program made', async () => {
    const probes = [kprobe('vfs_read'), kprobe('vfs_write')]
    let pid = 0
    const capture = await recordCapture(theLab(), specOf({ collector: 'counts', probes, when: [ofDd] }, 6_000), async () => {
      pid = await copyByteByByte(theLab().machine, BYTES)
    })
    isDone(capture)
    const { rows, hosts } = await countsOf(theLab(), capture)
    expect(hosts.map(({ lost, truncated }) => ({ lost, truncated }))).toEqual([{ lost: 0, truncated: false }])
    const countOf = (name: string) => rows.find((row) => row.pid === pid && row.probe === `kprobe:${name}`)?.count ?? 0
    expect(countOf('vfs_write')).toBe(BYTES)
    // The dynamic linker reads the libraries' headers, too.
    expect(countOf('vfs_read')).toBeGreaterThanOrEqual(BYTES + 1)
    expect(countOf('vfs_read')).toBeLessThan(BYTES + 20)
    expect(new Set(rows.map(({ pid }) => pid))).toEqual(new Set([pid]))
    expect(capture.target.quality?.hits).toBe(countOf('vfs_write') + countOf('vfs_read'))
  })

  test('kprobe, stacks: every stack is of the function, one in twenty calls', async () => {
    const every = 20
    let pid = 0
    const instrument: InstrumentInput = { collector: 'stacks', probe: kprobe('vfs_write'), sample: { by: 'period', every }, when: [ofDd] }
    const capture = await recordCapture(theLab(), specOf(instrument, 6_000), async () => {
      pid = await copyByteByByte(theLab().machine, BYTES)
    })
    isDone(capture)
    const profile = await profileOf(theLab(), capture)
    const ofPid = profile.samples.thread.filter((thread) => profile.threads.pid[thread] === pid).length
    // The period may have begun with another program's calls.
    expect(ofPid).toBeGreaterThanOrEqual(BYTES / every - 1)
    expect(ofPid).toBeLessThanOrEqual(BYTES / every + 1)
    expect(new Set(innermostFrames(profile))).toEqual(new Set(['vfs_write']))
  })

  test('kretprobe, latency: every call is timed', async () => {
    const instrument: InstrumentInput = {
      collector: 'latency',
      start: { probe: kprobe('vfs_write'), when: [ofDd] },
      probe: kretprobe('vfs_write'),
    }
    let pid = 0
    const capture = await recordCapture(theLab(), specOf(instrument, 6_000), async () => {
      pid = await copyByteByByte(theLab().machine, BYTES)
    })
    isDone(capture)
    const { rows, total } = await latencyOf(theLab(), capture)
    const row = rows.find((candidate) => candidate.pid === pid)
    expect(row?.count).toBe(BYTES)
    expect(row?.histogram.reduce((sum, [, spans]) => sum + spans, 0)).toBe(BYTES)
    expect(row?.p50?.low).toBeGreaterThan(0)
    expect(row?.p99?.low).toBeGreaterThanOrEqual(row?.p50?.low ?? Number.POSITIVE_INFINITY)
    expect(row?.maxNs).toBeGreaterThanOrEqual(row?.p99?.low ?? Number.POSITIVE_INFINITY)
    expect(row?.totalNs).toBeGreaterThanOrEqual(row?.maxNs ?? Number.POSITIVE_INFINITY)
    expect(total.count).toBeGreaterThanOrEqual(BYTES)
  })

  test('kprobe, events: arguments by their names in BTF', async () => {
    const names = Array.from({ length: 10 }, (_, i) => `/tmp/sonde-no-such-file-${i}`)
    const instrument: InstrumentInput = { collector: 'events', probe: kprobe('do_sys_openat2'), fields: ['args.dfd', 'args.filename'] }
    const capture = await recordCapture(theLab(), specOf(instrument, 6_000), () => openFiles(theLab().machine, names))
    isDone(capture)
    const { columns, rows, overCap, lost } = await eventsOf(theLab(), capture)
    expect({ overCap, lost }).toEqual({ overCap: 0, lost: 0 })
    expect(columns.map(({ name }) => name)).toEqual(['args.dfd', 'args.filename'])
    const opened = rows.filter((row) => row.comm === 'cat' && String(row.values[1]).startsWith('/tmp/sonde-'))
    expect(opened.map((row) => row.values[1])).toEqual(names)
    // AT_FDCWD of fcntl.h
    expect(new Set(opened.map((row) => row.values[0]))).toEqual(new Set([-100]))
  })

  test('kretprobe, events: a condition on what was returned holds in the kernel', async () => {
    const names = ['/etc/passwd', '/tmp/sonde-no-such-file', '/etc/group']
    const failed = { field: 'ret', op: '<', value: 0 } as const
    const ofCat = { field: 'comm', op: '==', value: 'cat' } as const
    const instrument: InstrumentInput = { collector: 'events', probe: kretprobe('do_sys_openat2'), fields: ['ret'], when: [failed, ofCat] }
    const capture = await recordCapture(theLab(), specOf(instrument, 6_000), () => openFiles(theLab().machine, names))
    isDone(capture)
    const { rows } = await eventsOf(theLab(), capture)
    const ENOENT = 2
    expect(rows.filter((row) => row.values[0] === -ENOENT).length).toBeGreaterThanOrEqual(1)
    expect(rows.filter((row) => Number(row.values[0]) >= 0)).toEqual([])
  })

  test('a function that does not exist, and one that must not be probed, are refused with the reason', async () => {
    const refusalOf = async (name: string) => {
      const { target } = await recordCapture(theLab(), specOf({ collector: 'counts', probes: [kprobe(name)] }, 2_000))
      return { state: target.state, reason: target.reason }
    }
    expect(await refusalOf('vfs_no_such_function')).toEqual({ state: 'refused', reason: 'probe-missing' })
    expect(await refusalOf('do_int3')).toMatchObject({ state: 'refused' })
  })

  test('kill -9 of the agent while kprobes are attached leaves none of them', async () => {
    const instrument: InstrumentInput = { collector: 'latency', start: { probe: kprobe('vfs_read') }, probe: kretprobe('vfs_read') }
    const capture = await recordCapture(theLab(), specOf(instrument, 20_000), async () => {
      const { output } = await theLab().machine.run('kill -9 $(cat /run/agent.pid) && echo killed')
      expect(output.trim()).toBe('killed')
    })
    expect(capture.target).toMatchObject({ state: 'failed', reason: 'agent-restarted' })
    // What is left is looked for after every test.
  })
}

function innermostFrames({ samples, stacks, frames, strings }: Profile): string[] {
  return [...samples.stack].map((stack) => strings[frames.name[stacks.frame[stack] ?? -1] ?? -1] ?? '')
}
