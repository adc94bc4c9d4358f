import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, renameSync, statSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import type { Probe } from '@sonde/contract'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { CountedProgram } from '../testing/counted-program.ts'
import { TraceRefusal } from '../trace-errors.ts'
import { HeldFiles } from './held-files.ts'
import { ProbeBudget } from './probe-budget.ts'
import { type ResolveOptions, resolveProbes } from './resolve-probes.ts'

const usable = process.getuid?.() === 0 && existsSync('/sys/kernel/tracing/events/sched') && spawnSync('gcc', ['--version']).status === 0

let program: CountedProgram
let files = new HeldFiles()
const resolve = (probe: Probe, options?: ResolveOptions) => resolveProbes(probe, files, options)
const refusal = (probe: Probe, options?: ResolveOptions) =>
  resolve(probe, options).then(
    () => 'found',
    (error: unknown) => (error instanceof TraceRefusal ? `${error.reason}: ${error.message}` : String(error)),
  )
const tracepoint = (category: string, name: string): Probe => ({ kind: 'tracepoint', category, name })
const inFile = (path: string, name: string): Probe => ({ kind: 'uprobe', binary: { of: 'path', path }, function: name, at: 'entry' })

describe.skipIf(!usable)('probes as this host has them', () => {
  beforeAll(() => {
    program = new CountedProgram()
  })
  afterEach(() => {
    files.close()
    files = new HeldFiles()
  })
  afterAll(() => program.remove())

  it('tracepoints, with their arguments as wide as they are', async () => {
    const [found, ...others] = await resolve(tracepoint('syscalls', 'sys_enter_openat'))
    expect(others).toEqual([])
    expect(found).toMatchObject({
      label: 'tracepoint:syscalls:sys_enter_openat',
      id: Number(readFileSync('/sys/kernel/tracing/events/syscalls/sys_enter_openat/id', 'utf8')),
    })
    expect(Object.fromEntries(found?.arguments.map(({ name, type }) => [name, type]) ?? [])).toMatchObject({
      dfd: { kind: 'int', bytes: 4, signed: true },
      filename: { kind: 'pointer', to: 'user-text' },
      mode: { kind: 'int', bytes: 2, signed: false },
    })
    const [exec] = await resolve(tracepoint('sched', 'sched_process_exec'))
    expect(exec?.arguments.find(({ name }) => name === 'filename')?.type).toEqual({ kind: 'data-loc-text', at: 20 })
    const all = await resolve(tracepoint('sched', 'sched_process_*'))
    expect(all.length).toBeGreaterThan(3)
    expect(all.every((probe) => probe.kind === 'tracepoint' && probe.name.startsWith('sched_process_'))).toBe(true)
  })

  it('says what is missing, what may have been meant, and what is too much', async () => {
    expect(await refusal(tracepoint('sched', 'sched_swich'))).toMatch(/^probe-missing: .*Did you mean sched:sched_switch\?/)
    expect(await refusal(tracepoint('syscalls', '*'))).toMatch(/^too-many-probes: .*matches \d{3} probes .*at most 50/)
    expect(await refusal(tracepoint('ftrace', 'function'))).toMatch(/^probe-denied/)
    expect(await refusal({ kind: 'kprobe', function: 'vfs_reed', at: 'entry' })).toMatch(/^probe-missing: .*vfs_read/)
    expect(await refusal({ kind: 'kprobe', function: '_raw_spin_lock', at: 'entry' })).toMatch(/^probe-denied: .*spin lock/)
    const budget = new ProbeBudget(5)
    await resolve(tracepoint('sched', 'sched_wak*'), { budget })
    expect(await refusal(tracepoint('sched', 'sched_process_*'), { budget })).toMatch(/^too-many-probes: .*were taken by other patterns/)
  })

  it('kernel functions, without those that must not be probed', async () => {
    const [read] = await resolve({ kind: 'kprobe', function: 'vfs_read', at: 'entry' })
    expect(read?.arguments.slice(0, 4).map(({ name, position }) => [name, position])).toEqual([
      ['file', 0],
      ['buf', 1],
      ['count', 2],
      ['pos', 3],
    ])
    const [returned] = await resolve({ kind: 'kprobe', function: 'vfs_read', at: 'return' })
    expect(returned).toMatchObject({ label: 'kretprobe:vfs_read', returnType: { kind: 'int', bytes: 8, signed: true }, arguments: [] })
    const some = await resolve(
      { kind: 'kprobe', function: 'vfs_read*', at: 'entry' },
      { denied: (name) => (name === 'vfs_readlink' ? 'no' : null) },
    )
    expect(some.map((probe) => (probe.kind === 'kprobe' ? probe.function : ''))).toEqual(expect.arrayContaining(['vfs_read', 'vfs_readv']))
    expect(JSON.stringify(some)).not.toContain('vfs_readlink')
  })

  it('functions of a program: where nm says, in a file that is held', async () => {
    const [found] = await resolve(inFile(program.path, 'hit'))
    const address = /^([0-9a-f]+) T hit$/m.exec(execFileSync('nm', [program.path], { encoding: 'utf8' }))?.[1]
    expect(found).toMatchObject({ symbol: 'hit', address: Number.parseInt(address ?? '', 16), fromDebugFile: false })
    if (found?.kind !== 'uprobe') throw new Error('another kind')
    expect(found.file.openPath).toMatch(new RegExp(`^/proc/${process.pid}/fd/\\d+$`))
    expect(statSync(found.file.openPath).ino).toBe(statSync(program.path).ino)
    expect(await refusal(inFile(program.path, 'hitt'))).toMatch(/^probe-missing: .*Did you mean hit/)
    expect(await refusal(inFile(program.folder, 'hit'))).toMatch(/^probe-denied: .*folder/)
    expect(await refusal(inFile(`${program.folder}/none`, 'hit'))).toMatch(/^probe-missing: There is no file/)
    // Chosen among several when the library is loaded: a probe on it would never fire.
    expect(await refusal({ kind: 'uprobe', binary: { of: 'library', name: 'libc.so.6' }, function: 'memcpy', at: 'entry' })).toMatch(
      /^probe-denied: .*several implementations/,
    )
  })

  it('what was found stays what it is when its path leads elsewhere', async () => {
    const link = `${program.folder}/link`
    symlinkSync(program.path, link)
    const [found] = await resolve(inFile(link, 'hit'))
    if (found?.kind !== 'uprobe') throw new Error('another kind')
    const { ino } = statSync(program.path)
    symlinkSync('/bin/true', `${link}.next`)
    renameSync(`${link}.next`, link)
    expect(statSync(found.file.openPath).ino).toBe(ino)
    // And when it is gone.
    const copy = `${program.folder}/copy`
    writeFileSync(copy, readFileSync(program.path))
    const [held] = await resolve(inFile(copy, 'hit'))
    unlinkSync(copy)
    if (held?.kind !== 'uprobe') throw new Error('another kind')
    expect(readFileSync(held.file.openPath).length).toBe(statSync(program.path).size)
    files.close()
    expect(existsSync(held.file.openPath) && statSync(held.file.openPath).nlink === 0).toBe(false)
  })

  it('USDT probes, with the widths of their arguments and their semaphore', async () => {
    const [found, ...others] = await resolve({ kind: 'usdt', binary: { of: 'path', path: program.path }, provider: 'counted', name: '*' })
    expect(others).toEqual([])
    expect(found).toMatchObject({ label: `usdt:${program.path}:counted:hit`, provider: 'counted', name: 'hit' })
    expect(found?.arguments.map(({ name, type }) => [name, type])).toEqual([
      ['arg0', { kind: 'int', bytes: 8, signed: true }],
      ['str0', { kind: 'pointer', to: 'user-text' }],
      ['arg1', { kind: 'int', bytes: 8, signed: false }],
      ['str1', { kind: 'pointer', to: 'user-text' }],
    ])
    if (found?.kind !== 'usdt') throw new Error('another kind')
    expect(found.locations.length).toBe(1)
    expect(found.locations[0]?.semaphoreOffset).toBeGreaterThan(0)
    expect(await refusal({ kind: 'usdt', binary: { of: 'path', path: '/bin/true' }, provider: 'a', name: 'b' })).toMatch(
      /has no USDT probes/,
    )
  })
})
