import type { Condition, FieldRef } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import { probeRequest } from '../native/probe-definition.ts'
import { positionalArguments } from '../probes/positional-arguments.ts'
import type { ProbedFile, ResolvedKprobe, ResolvedTracepoint, ResolvedUprobe, ResolvedUsdt } from '../probes/resolved-probe.ts'
import { counterConditions, type PerfEventsInput, perfEventsOf } from './perf-events.ts'

const int = (bytes: 1 | 2 | 4 | 8, signed: boolean) => ({ kind: 'int', bytes, signed }) as const
const openat: ResolvedTracepoint = {
  kind: 'tracepoint',
  label: 'tracepoint:syscalls:sys_enter_openat',
  category: 'syscalls',
  name: 'sys_enter_openat',
  id: 700,
  arguments: [
    { name: 'dfd', cType: 'int', type: int(4, true) },
    { name: 'filename', cType: 'const char *', type: { kind: 'pointer', to: 'user-text' } },
    { name: 'mode', cType: 'umode_t', type: int(2, false) },
    { name: 'count', cType: 'size_t', type: int(8, false) },
    { name: 'address', cType: 'struct sockaddr *', type: { kind: 'pointer', to: 'other' } },
    { name: 'blob', cType: 'u8[4]', type: { kind: 'byte-array', length: 4 } },
  ],
}
const wakeup: ResolvedTracepoint = {
  kind: 'tracepoint',
  label: 'tracepoint:sched:sched_wakeup',
  category: 'sched',
  name: 'sched_wakeup',
  id: 300,
  arguments: [
    { name: 'comm', cType: 'char[16]', type: { kind: 'char-array', length: 16 } },
    { name: 'prio', cType: 'int', type: int(4, true) },
  ],
}
const file: ProbedFile = { openPath: '/proc/4242/fd/17', shownPath: '/usr/bin/x', hostPath: '/usr/bin/x', buildId: null, pids: [] }
const uprobe = (at: 'entry' | 'return'): ResolvedUprobe => ({
  kind: 'uprobe',
  label: `uprobe:x:f`,
  file,
  symbol: 'f',
  demangled: null,
  fileOffset: 0x1149,
  address: 0x1149,
  at,
  arguments: at === 'entry' ? positionalArguments('user-text') : [],
})
const kprobe = (at: 'entry' | 'return'): ResolvedKprobe => ({
  kind: 'kprobe',
  label: 'kprobe:vfs_read',
  function: 'vfs_read',
  at,
  returnType: int(8, true),
  arguments: at === 'entry' ? [{ name: 'count', cType: 'size_t', type: int(8, false), position: 2 }] : [],
})
const usdt: ResolvedUsdt = {
  kind: 'usdt',
  label: 'usdt:x:sonde:tick',
  file,
  provider: 'sonde',
  name: 'tick',
  locations: [
    { fileOffset: 0x1336, semaphoreOffset: 0x3058, operands: ['-8@%rdi', '8@-24(%rbp)'] },
    { fileOffset: 0x2000, semaphoreOffset: 0, operands: ['-8@$7', '8f@%xmm0'] },
  ],
  arguments: [
    { name: 'arg0', cType: 'int64_t', type: int(8, true), position: 0 },
    { name: 'arg1', cType: 'const char *', type: { kind: 'pointer', to: 'user-text' }, position: 1 },
  ],
}

const events = (probe: PerfEventsInput['probes'][number], when: Condition[] = [], more: Partial<PerfEventsInput> = {}) =>
  perfEventsOf({ probes: [probe], when, weight: null, arch: 'x64', userStacks: true, exceptPid: null, ...more })
const filter = (probe: PerfEventsInput['probes'][number], ...when: Condition[]) => events(probe, when).events[0]?.filter
const requests = (probe: PerfEventsInput['probes'][number], when: Condition[] = [], more: Partial<PerfEventsInput> = {}) =>
  events(probe, when, more).events.map(({ definition }) => definition && probeRequest(1, definition))
const is = (field: FieldRef, value: number | string, op: Condition['op'] = '=='): Condition => ({ field, op, value })

describe('tracepoints', () => {
  it('are the events that the kernel has, with conditions as their filter', () => {
    expect(events(openat).events).toEqual([{ selector: 'syscalls:sys_enter_openat', filter: null, definition: null, weightField: null }])
    expect(filter(openat, is('args.count', 4096, '>'), is('tid', 7), is('cpu', 1, '!='), is('comm', 'nginx'))).toBe(
      'count > 4096 && common_pid == 7 && CPU != 1 && COMM == "nginx"',
    )
    expect(filter(openat, is('args.dfd', -100))).toBe('(dfd == 4294967196 || dfd == 18446744073709551516)')
    expect(filter(openat, is('args.filename', '/etc/passwd', '!='))).toBe('filename.ustring != "/etc/passwd"')
    expect(filter(openat, is('args.address', 0, '!='))).toBe('address != 0')
    expect(filter(wakeup, is('args.comm', 'dd'), is('args.prio', 100, '<'))).toBe('comm == "dd" && prio < 100')
    expect(filter(openat, is('args.mode', 0, '>='))).toBeNull()
  })

  it('leave the agent out where it would record itself', () => {
    expect(events(openat, [], { exceptPid: 99 }).events[0]?.filter).toBe('common_pid != 99')
  })

  it('leave to the agent what no filter knows', () => {
    const { events: made, agentConditions } = events(openat, [is('pid', 5), is('uid', 33, '!='), is('args.count', 1)])
    expect(agentConditions).toEqual([
      { field: 'pid', op: '==', value: 5 },
      { field: 'uid', op: '!=', value: 33 },
    ])
    expect(made[0]?.filter).toBe('count == 1')
  })

  it('weigh by a number that they have', () => {
    expect(events(openat, [], { weight: 'args.count' }).events[0]?.weightField).toBe('count')
    for (const weight of ['args.filename', 'ret', 'cpu', 'duration', 'args.nothing'] as const)
      expect(() => events(openat, [], { weight }), weight).toThrow(expect.objectContaining({ reason: 'bad-spec' }))
  })

  it.each([
    [is('args.nothing', 1), /has no argument nothing. It has dfd, filename/],
    [is('args.count', 'x'), /is a number/],
    [is('args.filename', 5), /is text; put quotes around 5/],
    [is('args.count', -1, '<'), /is never true/],
    [is('args.mode', 70_000), /is never true/],
    [is('args.blob', 1), /no number and no text/],
    [is('ret', 1), /not where a function returns/],
    [is('duration', 1), /begins no span/],
    [is('start.x', 1), /begins no span/],
    [is('comm', 5), /is text/],
    [is('pid', 'x'), /is a number/],
  ])('refuse %j', (condition, message) => {
    expect(() => filter(openat, condition)).toThrow(
      expect.objectContaining({ reason: 'bad-spec', message: expect.stringMatching(message) }),
    )
  })
})

describe('functions and USDT probes', () => {
  it('fetch what conditions and weights need, once, and the caller of a user function', () => {
    const when = [is('args.int0', 3, '>'), is('args.str1', 'hello'), is('args.arg0', 5, '!='), is('args.arg0', 9, '!=')]
    expect(requests(uprobe('entry'), when, { weight: 'args.arg2' })).toEqual([
      'uprobe 1 0 entry 4242 17 4425 0 caller:u64:%sp:0 int0:s32:%di str1:ustring:%si:0 arg0:u64:%di arg2:u64:%dx',
    ])
    const [event] = events(uprobe('entry'), when, { weight: 'args.arg2' }).events
    expect(event).toMatchObject({
      selector: 'probe0',
      filter: 'int0 > 3 && str1 == "hello" && arg0 != 5 && arg0 != 9',
      weightField: 'arg2',
    })
    expect(requests(uprobe('entry'), [], { userStacks: false })).toEqual(['uprobe 1 0 entry 4242 17 4425 0'])
    expect(requests(uprobe('entry'), [], { arch: 'arm64' })).toEqual(['uprobe 1 0 entry 4242 17 4425 0 caller:u64:%lr'])
  })

  it('have what was returned, and no arguments any more', () => {
    expect(requests(uprobe('return'), [is('ret', 0, '<')])).toEqual(['uprobe 1 0 return 4242 17 4425 0 ret:s64:ret'])
    expect(filter(uprobe('return'), is('ret', 0, '<'))).toBe('ret < 0')
    expect(requests(kprobe('return'), [], { weight: 'ret' })).toEqual(['kprobe 1 0 return vfs_read 0 ret:s64:ret'])
    expect(() => filter(uprobe('return'), is('args.arg0', 1))).toThrow(/its arguments are gone/)
    expect(() => filter(uprobe('entry'), is('ret', 1))).toThrow(/not where a function returns/)
  })

  it('name kernel arguments by their place', () => {
    expect(requests(kprobe('entry'), [is('args.count', 4096, '>')])).toEqual(['kprobe 1 0 entry vfs_read 0 count:u64:arg3'])
  })

  it('are one event for each place of a USDT probe', () => {
    expect(requests(usdt)).toEqual(['uprobe 1 0 entry 4242 17 4918 12376', 'uprobe 1 1 entry 4242 17 8192 0'])
    expect(requests(usdt, [is('args.arg0', 7)])).toEqual([
      'uprobe 1 0 entry 4242 17 4918 12376 arg0:s64:%di',
      'uprobe 1 1 entry 4242 17 8192 0 arg0:s64:imm7',
    ])
    expect(() => filter(usdt, is('args.arg1', 'x'))).toThrow(/where perf cannot read it/)
  })

  it('never use a name that the kernel, perf or the agent keeps for itself', () => {
    const hostile = (name: string): ResolvedKprobe => ({
      ...kprobe('entry'),
      arguments: [{ name, cType: 'int', type: int(4, true), position: 0 }],
    })
    for (const name of ['comm', 'cpu', 'COMM', '__probe_ip', 'common_pid'.padEnd(40, 'x'), 'x'.repeat(32)]) {
      const [event] = events(hostile(name), [is(`args.${name}`, 1)]).events
      expect(
        event?.definition?.arguments.map((value) => value.name),
        name,
      ).toEqual(['value0'])
      expect(event?.filter).toBe('value0 == 1')
    }
    const own: ResolvedUprobe = { ...uprobe('entry'), arguments: [{ name: 'caller', cType: 'int', type: int(4, true), position: 0 }] }
    expect(filter(own, is('args.caller', 1))).toBe('value1 == 1')
  })
})

describe('names that get into the arguments of perf', () => {
  it('are looked at once more', () => {
    for (const name of ['a b', 'a"', 'a:b', '', 'a\n', "a' --exec"]) {
      expect(() => events({ ...openat, name }), name).toThrow(RangeError)
      expect(() => events({ ...openat, category: name }), name).toThrow(RangeError)
    }
    const odd: ResolvedTracepoint = { ...openat, arguments: [{ name: 'a && b', cType: 'int', type: int(4, true) }] }
    expect(() => filter(odd, is('args.a && b' as FieldRef, 1))).toThrow(/begins no span/)
  })
})

describe('counterConditions', () => {
  it('knows who it was, and nothing else', () => {
    expect(counterConditions('cycles', [is('pid', 1), is('comm', 'x'), is('uid', 0), is('tid', 3, '>')])).toHaveLength(4)
    for (const condition of [is('args.x', 1), is('ret', 1), is('cpu', 1), is('comm', 1)])
      expect(() => counterConditions('cycles', [condition])).toThrow(expect.objectContaining({ reason: 'bad-spec' }))
  })
})
