import { type HostileFiles, WEIRD_FUNCTIONS } from './hostile-files.ts'
import type { Seeded } from './seeded.ts'

/** Bits of text that mean something to a shell, to bpftrace, to perf, to the kernel's filters, to JSON, to a terminal or to a file system. */
export const HOSTILE_TEXTS = [
  '"',
  "'",
  '`',
  '{',
  '}',
  '(',
  ')',
  ';',
  '\n',
  '\r\n',
  '\t',
  '\\',
  '\\"',
  '\0',
  '\u001b[31m',
  '\u202e',
  'ü',
  '😀',
  '\ud800',
  '%s%n',
  '$(id)',
  '`id`',
  '; id',
  '| id',
  '&& id',
  '> /tmp/x',
  '-e',
  '--unsafe',
  '-o',
  '*',
  '**',
  '?',
  '[a-z]',
  '.',
  '..',
  '../',
  '/../',
  '//',
  '/*',
  '*/',
  '#',
  '#include <x>',
  ' ',
  '',
  'BEGIN { cat("/etc/shadow") }',
  '} BEGIN { system("id") } uprobe:/bin/sh:main {',
  'x { @ = count(); } tracepoint:syscalls:sys_enter_openat',
  '/1/ { system("id") } //',
  '" || 1 == 1 || "',
  '1) || (1',
  ',kprobe:vfs_*',
  'main+4',
  '0x401000',
  'a'.repeat(300),
  '*'.repeat(64),
  'A*'.repeat(40),
  '__proto__',
  'constructor',
  'toString',
  'null',
  'undefined',
  'NaN',
  '1e999',
  '-1',
  'args->filename',
  '@c',
  '$l',
  'nsecs',
  'cpu',
  'comm',
  'true',
  '/proc/self/exe',
  '/proc/1/root/etc/shadow',
  '/dev/tty',
  '/etc/passwd',
  '~root',
  'file:///etc/passwd',
  '/proc/self/fd/0',
  '\x7f',
  '\u2028',
]
const HOSTILE_NUMBERS: readonly unknown[] = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  -1,
  0,
  0.5,
  1e308,
  2 ** 53,
  -(2 ** 53),
  2 ** 63,
  2 ** 64,
  -0,
  '5',
  '5; id',
  null,
  [],
  {},
  true,
  1e21,
  4_294_967_295,
]
const HOSTILE_THINGS: readonly unknown[] = [
  null,
  undefined,
  0,
  1,
  '',
  [],
  {},
  [[]],
  { of: 'path' },
  { toString: 'x' },
  { __proto__: { kind: 'host' } },
  'host',
  true,
]

const TRACEPOINTS = [
  ['syscalls', 'sys_enter_openat', ['filename', 'flags', 'dfd', 'mode']],
  ['syscalls', 'sys_exit_openat', ['ret']],
  ['syscalls', 'sys_enter_read', ['fd', 'count', 'buf']],
  ['syscalls', 'sys_enter_renameat2', ['oldname', 'newname', 'flags']],
  ['syscalls', 'sys_exit_renameat2', ['ret']],
  ['raw_syscalls', 'sys_enter', ['id']],
  ['raw_syscalls', 'sys_exit', ['id', 'ret']],
  ['sched', 'sched_switch', ['prev_comm', 'next_pid', 'prev_state', 'next_comm']],
  ['sched', 'sched_wakeup', ['comm', 'pid', 'prio']],
  ['sched', 'sched_process_exec', ['filename', 'pid']],
  ['sched', 'sched_process_fork', ['child_pid', 'child_comm']],
  ['block', 'block_rq_issue', ['dev', 'sector', 'rwbs', 'bytes', 'comm']],
  ['block', 'block_rq_complete', ['dev', 'sector', 'error']],
  ['sock', 'inet_sock_set_state', ['daddr', 'dport', 'saddr_v6', 'skaddr', 'newstate']],
  ['kmem', 'kmalloc', ['bytes_req', 'ptr', 'gfp_flags']],
] as const

type Json = Record<string, unknown>

/** Specs as a hostile client would write them: most parts as they should be, some not; the same for the same seed. */
export class FuzzedSpecs {
  private readonly random: Seeded
  private readonly files: HostileFiles
  /** Share of parts that are bent. */
  private bend = 0
  /** Arguments of the probe that was made last. */
  private names: readonly string[] = []

  constructor(random: Seeded, files: HostileFiles) {
    this.random = random
    this.files = files
  }

  next(): unknown {
    const { random } = this
    // A third has nothing bent but its names; the others one part in twenty, or every second one.
    this.bend = random.pick([0, 0.05, 0.05, 0.5])
    const spec: Json = {
      version: this.maybe(2, HOSTILE_NUMBERS),
      recipe: random.chance(0.9) ? null : this.text('cpu-profile'),
      instruments: random.chance(this.bend / 4) ? random.pick(HOSTILE_THINGS) : [this.instrument()],
      durationMs: this.maybe(1_000 + random.below(200_000), HOSTILE_NUMBERS),
    }
    if (random.chance(0.25)) spec.filter = this.filter()
    if (random.chance(0.1)) spec.uid = this.maybe(random.below(70_000), HOSTILE_NUMBERS)
    if (random.chance(0.1)) spec.cpus = this.maybe([0, 1].slice(0, 1 + random.below(2)), [...HOSTILE_THINGS, [-1], ['0'], [0.5], [9_000]])
    if (random.chance(this.bend / 4)) spec[random.pick(HOSTILE_TEXTS)] = random.pick(HOSTILE_THINGS)
    return spec
  }

  private instrument(): unknown {
    const { random } = this
    const start = random.chance(0.7) ? this.spanStart() : undefined
    switch (
      random.pick(['counts', 'counts', 'counts', 'latency', 'latency', 'events', 'events', 'events', 'stacks', 'stacks', 'pmu'] as const)
    ) {
      case 'counts':
        return {
          collector: 'counts',
          probes: random.times(random.chance(0.8) ? 1 : random.below(10), () => this.probe()),
          when: this.conditions(),
          ...(random.chance(0.5) ? { groupBy: this.field() } : {}),
          ...(random.chance(0.3) ? { sum: this.field() } : {}),
        }
      case 'latency':
        return {
          collector: 'latency',
          ...(start ?? this.spanStart()),
          when: this.conditions(),
          ...(random.chance(0.5) ? { groupBy: this.field() } : {}),
        }
      case 'events':
        return {
          collector: 'events',
          ...(start ?? { probe: this.probe() }),
          fields: this.maybe(
            random.times(random.below(6), () => this.field()),
            HOSTILE_THINGS,
          ),
          when: this.conditions(),
          maxRows: this.maybe(1 + random.below(100_000), HOSTILE_NUMBERS),
          maxPerSecond: this.maybe(1 + random.below(5_000), HOSTILE_NUMBERS),
        }
      case 'stacks':
        return {
          collector: 'stacks',
          probe: random.chance(0.2) ? { kind: 'pmu', event: this.text('page-faults') } : this.probe(),
          when: this.conditions(),
          sides: this.maybe(random.pick(['both', 'user', 'kernel']), HOSTILE_TEXTS),
          ...(random.chance(0.3) ? { weight: { field: this.field(), unit: this.maybe('bytes', HOSTILE_TEXTS) } } : {}),
        }
      case 'pmu':
        return {
          collector: 'pmu',
          events: random.times(1 + random.below(3), () => this.text(random.pick(['page-faults', 'context-switches', 'cpu-clock']))),
        }
    }
  }

  private spanStart(): Json {
    const { random } = this
    switch (random.below(4)) {
      case 0: {
        const name = random.pick(['openat', 'renameat2'])
        const of = (side: string) => ({ kind: 'tracepoint', category: 'syscalls', name: this.text(`sys_${side}_${name}`) })
        return { start: { probe: of('enter'), when: this.conditions() }, probe: of('exit') }
      }
      case 1: {
        const probe = this.userProbe('uprobe')
        return { start: { probe }, probe: { ...probe, at: 'return' } }
      }
      case 2:
        return {
          start: {
            probe: { kind: 'tracepoint', category: 'block', name: 'block_rq_issue' },
            match: {
              by: this.maybe('fields', HOSTILE_TEXTS),
              start: [this.text('start.dev'), 'start.sector'],
              end: ['args.dev', this.text('args.sector')],
            },
          },
          probe: { kind: 'tracepoint', category: 'block', name: 'block_rq_complete' },
        }
      default:
        return { start: { probe: this.probe() }, probe: this.probe() }
    }
  }

  private probe(): Json {
    const { random } = this
    // Reading the kernel's functions takes half a second.
    if (random.chance(0.004))
      return {
        kind: 'kprobe',
        function: this.text(random.pick(['vfs_read', 'tcp_*', '_raw_spin_lock', 'do_sys_openat2'])),
        at: random.pick(['entry', 'return']),
      }
    switch (random.below(20)) {
      case 1:
        return { kind: this.text('tracepoint'), [JSON.stringify(this.text('category'))]: 'sched', name: 'sched_switch' }
      case 2:
      case 3:
      case 4:
      case 5:
      case 6:
      case 7:
        return this.userProbe('uprobe')
      case 8:
      case 9:
      case 10:
        return this.userProbe('usdt')
      default: {
        const [category, name, names] = random.pick(TRACEPOINTS)
        this.names = names
        return { kind: 'tracepoint', category: this.text(category), name: this.text(random.chance(0.1) ? `${name.slice(0, -2)}*` : name) }
      }
    }
  }

  private userProbe(kind: 'uprobe' | 'usdt'): Json {
    const { random } = this
    const binary = this.binary()
    this.names = ['arg0', 'arg1', 'str1', ...(kind === 'usdt' ? [] : ['int0'])]
    if (kind === 'usdt')
      return {
        kind,
        binary,
        provider: this.text(random.pick(['ok', 'ok-1', '*'])),
        name: this.text(random.pick(['fine', 'a.b', '*', 'new'])),
      }
    return {
      kind,
      binary,
      function: this.text(random.pick(['alpha', 'alpha', 'beta', 'main', 'al*', '*', ...WEIRD_FUNCTIONS])),
      at: this.maybe(random.pick(['entry', 'return']), HOSTILE_TEXTS),
    }
  }

  private binary(): unknown {
    const { random, files } = this
    switch (random.below(12)) {
      case 0:
        return { of: 'library', name: this.text(random.pick(['libc.so.6', 'libpthread.so.0', '../libc.so.6'])) }
      case 1:
        return {
          of: 'pid',
          pid: this.maybe(files.pid, [...HOSTILE_NUMBERS, 1, 2, 4_194_303]),
          ...(random.chance(0.3) ? { library: this.text('libc.so.6') } : {}),
        }
      case 2:
        return { of: 'process', name: random.pick([...files.comms, ...files.comms, 'init', this.text('node')]) }
      case 3:
        return this.maybe({ of: 'path', path: random.pick(files.notPrograms) }, HOSTILE_THINGS)
      case 4:
        return { of: 'path', path: random.pick(files.notPrograms) }
      case 5:
      case 6:
        return {
          of: 'path',
          path: random.chance(0.5) ? random.pick(files.copies) : random.pick([files.at('link'), files.at('relative-link')]),
        }
      case 7:
        return { of: 'path', path: files.swapped }
      case 8:
      case 9:
        return { of: 'path', path: files.weird }
      default:
        return { of: 'path', path: this.text(random.pick([files.alpha, files.beta])) }
    }
  }

  private filter(): unknown {
    const { random, files } = this
    switch (random.below(5)) {
      case 0:
        return { kind: 'pid', pid: this.maybe(files.pid, [...HOSTILE_NUMBERS, 4_194_303]) }
      case 1:
        return { kind: 'process', name: random.pick([...files.comms, this.text('node'), ...HOSTILE_TEXTS]) }
      case 2:
        return { kind: 'cgroup', path: this.text(random.pick(['/', '/system.slice', '/../../etc'])) }
      case 3:
        return { kind: 'container', id: this.text('abcdefabcdef') }
      default:
        return random.pick(HOSTILE_THINGS)
    }
  }

  private conditions(): unknown {
    const { random } = this
    if (random.chance(this.bend / 5)) return random.pick(HOSTILE_THINGS)
    return random.times(random.pick([0, 0, 0, 1, 1, 2, 9 * Number(random.chance(0.1))]), () => {
      const field = this.field()
      const isText = typeof field === 'string' ? /comm|name|rwbs|str/.test(field) : random.chance(0.5)
      return {
        field,
        op: this.maybe(random.pick(isText ? ['==', '!='] : ['==', '!=', '<', '<=', '>', '>=', '&']), HOSTILE_TEXTS),
        value:
          isText !== random.chance(0.05)
            ? this.text(random.pick(['nginx', '/etc/hosts', 'WS', '10.0.0.1', 'x'.repeat(63), 'a-b_c.d/e:f@g%h+i=j,k']))
            : this.maybe(random.pick([0, 1, 5, 4_096, -2, -(2 ** 31), 2 ** 31, 2 ** 53 - 1]), HOSTILE_NUMBERS),
      }
    })
  }

  private field(): unknown {
    const { random } = this
    const known = this.names.length > 0 ? this.names : ['arg0']
    const argument = random.pick(known)
    const fields = [
      'pid',
      'tid',
      'uid',
      'cpu',
      'comm',
      'args.',
      'args.',
      'args.',
      'args.',
      'args.',
      'start.',
      'ret',
      'duration',
      'args.nothing',
    ]
    const field = random.pick(fields)
    return this.text(field.endsWith('.') ? field + argument : field)
  }

  /** A text, now and then with something in it that is not meant well. */
  private text(good: string): unknown {
    const { random } = this
    if (!random.chance(this.bend)) return good
    const bad = random.pick(HOSTILE_TEXTS)
    const at = random.below(good.length + 1)
    switch (random.below(6)) {
      case 0:
        return bad
      case 1:
        return good + bad
      case 2:
        return bad + good
      case 3:
        return good.slice(0, at) + bad + good.slice(at)
      case 4:
        return good.slice(0, at) + String.fromCharCode(random.below(0x300)) + good.slice(at + 1)
      default:
        return random.pick([...HOSTILE_THINGS, ...HOSTILE_NUMBERS])
    }
  }

  private maybe(good: unknown, bad: readonly unknown[]): unknown {
    return this.random.chance(this.bend) ? this.random.pick(bad) : good
  }
}
