import { spawnSync } from 'node:child_process'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { CaptureSpecInput, HostFacts } from '@sonde/contract'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { detectFacts } from '../host/detect-facts.ts'
import { withDescendants } from '../run/tracer-pids.ts'
import { CountedProgram } from '../testing/counted-program.ts'
import { eventRows, type InstrumentResult, runInstrument, sumBy } from '../testing/run-instrument.ts'

const works = (command: string) => spawnSync(command, ['--version']).status === 0
const usable = process.getuid?.() === 0 && works('bpftrace') && works('gcc')

type EventsInput = Extract<CaptureSpecInput['instruments'][number], { collector: 'events' }>
let facts: HostFacts
let program: CountedProgram

const events = (instrument: Omit<EventsInput, 'collector'>, options: Partial<Parameters<typeof runInstrument>[1]> = {}) =>
  runInstrument({ collector: 'events', ...instrument }, { facts, ...options })
const isCounted = { field: 'comm', op: '==', value: 'counted' } as const
const opens = {
  start: { probe: { kind: 'tracepoint', category: 'syscalls', name: 'sys_enter_openat' } },
  probe: { kind: 'tracepoint', category: 'syscalls', name: 'sys_exit_openat' },
} as const
const hit = (at: 'entry' | 'return' = 'entry') =>
  ({ kind: 'uprobe', binary: { of: 'path', path: program.path }, function: 'hit', at }) as const

const sums = (result: InstrumentResult) => ({
  rows: eventRows(result).length,
  overCap: result.events.reduce((sum, delta) => sum + delta.overCap, 0),
  lost: result.events.reduce((sum, delta) => sum + delta.lost, 0),
})

describe.skipIf(!usable)('events', () => {
  beforeAll(async () => {
    facts = await detectFacts()
    program = new CountedProgram()
  })
  afterEach(() => program.stop())
  afterAll(() => program.remove())

  it('a row for each event, in order, with its values as they are', async () => {
    const result = await events(
      { probe: hit(), fields: ['args.arg0', 'args.int0', 'args.str1', 'args.arg2', 'tid', 'uid'] },
      { work: () => program.run(['hits', 300]) },
    )
    expect(sums(result)).toEqual({ rows: 300, overCap: 0, lost: 0 })
    expect(result.events[0]?.fields).toEqual([
      { name: 'args.arg0', type: 'number' },
      { name: 'args.int0', type: 'number' },
      { name: 'args.str1', type: 'text' },
      { name: 'args.arg2', type: 'number' },
      { name: 'tid', type: 'number' },
      { name: 'uid', type: 'number' },
    ])
    const rows = eventRows(result)
    const [first] = rows
    for (const [i, row] of rows.entries()) {
      expect(row).toMatchObject({ pid: first?.pid, tid: first?.pid, comm: 'counted' })
      expect(row.values).toEqual([i, i, `h${i % 4}`, i % 256, first?.pid, 0])
      expect(row.timeUs).toBeGreaterThanOrEqual(rows[i - 1]?.timeUs ?? 0)
    }
  })

  it('texts from outside arrive as they are, and can be nothing but texts', async () => {
    const names = [
      '/x/a","b": 9}}\n{"type": "printf", "data": "x',
      '/x/[0,0,1,1,1,1,"root"]',
      '/x/sonde-ready 1',
      '/x/\u0001\u001b[31m\t',
      '/x/back\\slash\\',
      '/x/üñ€😀',
      '/x/\uffff',
      '/x/%s%d%n',
      '/x/$(id)`id`',
    ]
    const bytes = [...names.map((name) => Buffer.from(name)), Buffer.from('2f782fff80', 'hex'), Buffer.from(`/x/${'l'.repeat(300)}`)]
    const result = await events(
      { ...opens, fields: ['start.filename', 'ret', 'duration', 'start.flags', 'start.dfd'], when: [isCounted] },
      { work: () => program.run(['opens', ...bytes.map((name) => name.toString('hex'))]) },
    )
    const rows = eventRows(result).filter(({ values }) => String(values[0]).startsWith('/x/'))
    expect(rows.map(({ values }) => values[0])).toEqual([...names, '/x/\ufffd\ufffd', `/x/${'l'.repeat(124)}…`])
    for (const { values } of rows) {
      expect(values.slice(1)).toEqual([-2, expect.any(Number), '0x80000', -100])
      expect(values[2]).toBeGreaterThan(0)
    }
    expect(result.events[0]?.fields.map(({ type }) => type)).toEqual(['text', 'errno', 'duration', 'hex', 'number'])
  })

  it('several texts in a row, and numbers of every width', async () => {
    const result = await events(
      {
        probe: { kind: 'tracepoint', category: 'syscalls', name: 'sys_enter_renameat2' },
        fields: ['args.oldname', 'args.newname', 'args.olddfd', 'args.flags', 'comm'],
      },
      {
        work: async () => {
          spawnSync('mv', ['--no-copy', `${program.folder}/a "b", c`, `${program.folder}/d\ne`])
          spawnSync('mv', [`${program.folder}/a "b", c`, `${program.folder}/d\ne`])
        },
      },
    )
    const ours = eventRows(result).filter(({ values }) => String(values[0]).startsWith(program.folder))
    for (const { values, comm } of ours)
      expect([...values, comm]).toEqual([
        `${program.folder}/a "b", c`,
        `${program.folder}/d\ne`,
        -100,
        expect.stringMatching(/^0x/),
        'mv',
        'mv',
      ])
    expect(ours.length).toBeGreaterThan(0)
  })

  it('caps rows in the kernel, per second and in all, and counts the others exactly', async () => {
    const result = await events(
      { probe: hit(), fields: ['args.arg0'], maxPerSecond: 40, maxRows: 100 },
      {
        spec: { durationMs: 5_000 },
        onAttached: async () => {
          for (let i = 0; i < 4; i++) {
            await program.run(['hits', 5_000])
            await sleep(800)
          }
        },
      },
    )
    const { rows, overCap, lost } = sums(result)
    expect(rows).toBe(100)
    expect(lost).toBe(0)
    expect(rows + overCap).toBe(20_000)
    expect(result.outcome.quality).toMatchObject({ hits: 100, overCapEvents: 19_900, partial: false })
    // Seconds of the page are not those of the program: two of its may lie in one.
    const bySecond = sumBy(
      eventRows(result),
      ({ timeUs }) => `${Math.floor(timeUs / 1e6)}`,
      () => 1,
    )
    expect(Math.max(...Object.values(bySecond))).toBeLessThanOrEqual(80)
  })

  it('as many rows as it may send at most arrive, each once', async () => {
    const result = await events(
      { probe: hit(), fields: ['args.arg0', 'args.str1'], maxPerSecond: 5_000, maxRows: 100_000 },
      { spec: { durationMs: 4_000 }, onAttached: () => program.run(['hits', 4_900]) },
    )
    expect(sums(result)).toEqual({ rows: 4_900, overCap: 0, lost: 0 })
    expect(new Set(eventRows(result).map(({ values }) => values[0])).size).toBe(4_900)
  })

  it('rows can be seen while it records', async () => {
    let seen: () => void = () => {}
    const first = new Promise<void>((resolve) => {
      seen = resolve
    })
    const result = await events(
      { probe: hit(), fields: ['args.arg0'] },
      {
        onResult: (piece) => {
          if (piece.kind === 'events' && piece.delta.rows.length > 0) seen()
        },
        // Ends when the first row has been seen, or never.
        work: async () => {
          await program.run(['hits', 3])
          await first
        },
      },
    )
    expect(eventRows(result).length).toBe(3)
  })

  it('does not record itself: neither the tool nor the agent', async () => {
    let tools: number[] = []
    const result = await events(
      { probe: { kind: 'tracepoint', category: 'raw_syscalls', name: 'sys_enter' }, fields: ['args.id'], maxPerSecond: 5_000 },
      {
        spec: { durationMs: 2_000 },
        onAttached: async () => {
          tools = await withDescendants([process.pid])
          await program.run(['calls', 200])
        },
      },
    )
    const rows = eventRows(result)
    expect(rows.length).toBeGreaterThan(0)
    expect(rows.filter(({ pid }) => pid === process.pid || tools.includes(pid))).toEqual([])
  })

  it('addresses and ports', async () => {
    const result = await events(
      {
        probe: { kind: 'tracepoint', category: 'sock', name: 'inet_sock_set_state' },
        fields: ['args.daddr', 'args.dport', 'args.daddr_v6', 'args.protocol', 'args.skaddr'],
        when: [
          { field: 'args.dport', op: '==', value: 1 },
          { field: 'args.daddr', op: '==', value: '127.0.0.1' },
          { field: 'args.newstate', op: '==', value: 2 },
        ],
      },
      {
        work: () =>
          new Promise<void>((resolve) => {
            connect(1, '127.0.0.1').once('error', () => resolve())
          }),
        // The agent's own events are left out, but for those of processes that were asked for.
        spec: { filter: { kind: 'pid', pid: process.pid } },
      },
    )
    expect(eventRows(result).map(({ values }) => values)).toEqual([
      ['127.0.0.1', 1, '::ffff:7f00:1', 6, expect.stringMatching(/^0xffff[0-9a-f]{12}$/)],
    ])
  })
})
