import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { type BinaryRef, instrumentSchema, type Probe, probesOf } from '@sonde/contract'

/**
 * What a probe of a spec must come to on this host, by other means than the code under test: readdir of tracefs, kallsyms, nm and readelf
 * of the binutils, stat.
 */
export class ProbeOracle {
  private readonly events: Set<string>
  private readonly symbols = new Map<string, Map<string, number[]>>()

  constructor() {
    const root = '/sys/kernel/tracing/events'
    this.events = new Set(
      readdirSync(root, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .flatMap(({ name: category }) =>
          readdirSync(`${root}/${category}`, { withFileTypes: true })
            .filter((entry) => entry.isDirectory())
            .map(({ name }) => `${category}:${name}`),
        ),
    )
  }

  /**
   * Takes what was attached apart, and returns what is wrong with it: something that was not asked for, or something that is missing.
   * Null where it is exactly what was asked for. `attached`: points of a program, or places that perf attaches to. `mayRemain`: what may
   * be there once besides.
   */
  complaint(instrument: unknown, attached: readonly string[], mayRemain: readonly string[] = []): string | null {
    const parsed = instrumentSchema.parse(instrument)
    const asked = probesOf(parsed)
    const claims = new Map<string, number>()
    // A counter that is asked for twice is counted once.
    for (const probe of asked.filter(
      (it, i) => it.kind !== 'pmu' || asked.findIndex((other) => other.kind === 'pmu' && other.event === it.event) === i,
    )) {
      const mine = attached.filter((point) => this.isOf(probe, point))
      const wanted = this.howMany(probe)
      if (wanted !== null && new Set(mine).size !== wanted) return `${new Set(mine).size} of ${wanted} of ${JSON.stringify(probe)}`
      if (mine.length === 0) return `nothing of ${JSON.stringify(probe)}`
      for (const point of new Set(mine)) claims.set(point, (claims.get(point) ?? 0) + 1)
    }
    // What begins spans and ends them has one program for both.
    const isSpan = 'start' in parsed && parsed.start !== undefined
    for (const point of new Set(attached)) {
      const times = attached.filter((other) => other === point).length
      const claimed = claims.get(point) ?? 0
      const wanted = isSpan ? Math.min(1, claimed) : claimed
      if (times < wanted || times > wanted + (mayRemain.includes(point) ? 1 : 0)) return `${point} is there ${times} times, not ${wanted}`
    }
    return null
  }

  /** How many points a probe stands for; null where that depends on a file that is looked at when its points are. */
  private howMany(probe: Probe): number | null {
    switch (probe.kind) {
      case 'tracepoint':
        return [...this.events].filter((event) => matches(`${probe.category}:${probe.name}`, event) && !event.startsWith('ftrace:')).length
      case 'pmu':
        return 1
      case 'kprobe':
        return probe.function.includes('*') ? null : 1
      case 'uprobe':
        return probe.function.includes('*') && probe.function !== 'main.(*T).Foo' ? null : 1
      case 'usdt':
        return null
    }
  }

  private isOf(probe: Probe, point: string): boolean {
    const [kind, ...rest] = point.split(':')
    switch (probe.kind) {
      case 'tracepoint':
        return kind === 'tracepoint' && matches(`${probe.category}:${probe.name}`, rest.join(':')) && this.events.has(rest.join(':'))
      case 'pmu':
        return kind === 'event' && (rest[0] === probe.event || (probe.event === 'cpu' && /^(cpu-clock|cycles)$/.test(rest[0] ?? '')))
      case 'kprobe':
        return (
          kind === (probe.at === 'return' ? 'kretprobe' : 'kprobe') &&
          matches(probe.function, rest[0] ?? '') &&
          isKernelFunction(rest[0] ?? '')
        )
      case 'uprobe': {
        if (kind !== (probe.at === 'return' ? 'uretprobe' : 'uprobe')) return false
        const place = placeOf(rest)
        return (
          place !== null &&
          isFileOf(probe.binary, place.file) &&
          this.functionAt(place.file, place.address).some((name) => name === probe.function || matches(probe.function, name))
        )
      }
      case 'usdt': {
        const place = /^usdt:(\/proc\/\d+\/fd\/\d+):([^:]+):([^:]+)$/.exec(point)
        if (place !== null) {
          const [, file = '', provider = '', name = ''] = place
          return (
            isFileOf(probe.binary, file) &&
            matches(probe.provider, provider) &&
            matches(probe.name, name) &&
            this.hasUsdt(file, provider, name)
          )
        }
        // perf is given the places of a USDT probe one by one.
        const at = kind === 'uprobe' ? placeOf(rest) : null
        return at !== null && isFileOf(probe.binary, at.file) && this.functionAt(at.file, at.address).length === 0
      }
    }
  }

  /** Names of the functions that begin at an address of a file. */
  private functionAt(file: string, address: number): string[] {
    const names: string[] = []
    for (const [name, addresses] of this.symbolsOf(file)) if (addresses.includes(address)) names.push(name)
    return names
  }

  private symbolsOf(file: string): Map<string, number[]> {
    const { dev, ino } = statSync(file)
    const key = `${dev}:${ino}`
    const known = this.symbols.get(key)
    if (known !== undefined) return known
    const symbols = new Map<string, number[]>()
    for (const [table, of] of [
      [[], file],
      [['-D'], file],
      [[], debugFileOf(file)],
    ] as const) {
      if (of === null) continue
      const text = execFileSync('nm', ['--defined-only', ...table, of], {
        encoding: 'latin1',
        maxBuffer: 1024 ** 3,
        stdio: ['ignore', 'pipe', 'ignore'],
      })
      for (const [, address = '', name = ''] of text.matchAll(/^([0-9a-f]+) [TtWw] (.*)$/gm)) {
        const plain = name.replace(/@.*$/, '') || name
        symbols.set(plain, [...(symbols.get(plain) ?? []), Number.parseInt(address, 16)])
        symbols.set(name, [...(symbols.get(name) ?? []), Number.parseInt(address, 16)])
      }
    }
    this.symbols.set(key, symbols)
    return symbols
  }

  private hasUsdt(file: string, provider: string, name: string): boolean {
    const notes = execFileSync('readelf', ['-nW', file], { encoding: 'latin1', stdio: ['ignore', 'pipe', 'ignore'] })
    return notes.includes(`    Provider: ${provider}\n    Name: ${name}\n`)
  }
}

function debugFileOf(file: string): string | null {
  const notes = execFileSync('readelf', ['-nW', file], { encoding: 'latin1', stdio: ['ignore', 'pipe', 'ignore'] })
  const id = /Build ID: ([0-9a-f]+)/.exec(notes)?.[1] ?? ''
  const path = `/usr/lib/debug/.build-id/${id.slice(0, 2)}/${id.slice(2)}.debug`
  return id !== '' && existsSync(path) ? path : null
}

/** `/proc/1/fd/2:0x1139` or `1:2:4409`. */
function placeOf(parts: readonly string[]): { file: string; address: number } | null {
  if (parts.length === 2 && parts[1]?.startsWith('0x')) return { file: parts[0] ?? '', address: Number(parts[1]) }
  if (parts.length === 3) return { file: `/proc/${parts[0]}/fd/${parts[1]}`, address: Number(parts[2]) }
  return null
}

const matches = (pattern: string, name: string): boolean =>
  new RegExp(
    `^${pattern
      .split('*')
      .map((piece) => piece.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'))
      .join('.*')}$`,
  ).test(name)

let kallsyms: Set<string> | undefined
function isKernelFunction(name: string): boolean {
  kallsyms ??= new Set([...readFileSync('/proc/kallsyms', 'utf8').matchAll(/^[0-9a-f]+ [tTwW] (\S+)/gm)].map((match) => match[1] ?? ''))
  return kallsyms.has(name)
}

/** Whether a held file is the one that the reference stands for. Of a link that is being swapped: one of the two that it leads to. */
function isFileOf(ref: BinaryRef, held: string): boolean {
  const is = (file: string): boolean => {
    try {
      const [a, b] = [statSync(held), statSync(file)]
      return a.isFile() && a.dev === b.dev && a.ino === b.ino
    } catch {
      return false
    }
  }
  switch (ref.of) {
    case 'path':
      return /\/swapped$/.test(ref.path) ? ['alpha', 'beta'].some((name) => is(ref.path.replace(/swapped$/, name))) : is(ref.path)
    case 'pid':
      return isOfProcess(ref.pid, ref.library, is)
    case 'process':
      return readdirSync('/proc').some((pid) => /^\d+$/.test(pid) && commOf(pid) === ref.name && isOfProcess(Number(pid), ref.library, is))
    case 'library':
      return execFileSync('ldconfig', ['-p'], { encoding: 'utf8' })
        .split('\n')
        .some((line) => line.startsWith(`\t${ref.name} `) && is(line.split(' => ')[1] ?? ''))
  }
}

function isOfProcess(pid: number, library: string | undefined, is: (file: string) => boolean): boolean {
  if (library === undefined) return is(`/proc/${pid}/exe`)
  return readFileSync(`/proc/${pid}/maps`, 'utf8')
    .split('\n')
    .some((line) => line.includes(library) && is(line.slice(line.indexOf('/'))))
}

function commOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').replace(/\n$/, '')
  } catch {
    return ''
  }
}
