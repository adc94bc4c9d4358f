import type { HostCommand } from '@sonde/contract'

/**
 * Reads the arguments of perf and the requests to the probe guard as strictly as read-program.ts reads programs: what is not of a known
 * form is an error. Returns what is attached: `tracepoint:CATEGORY:NAME`, `event:NAME` for counters, and for events that are made
 * `uprobe:PID:FD:OFFSET`, `uretprobe:…`, `kprobe:NAME`, `kretprobe:…`.
 */
export function readPerfCommands(commands: readonly HostCommand[]): string[] {
  const made = new Map<string, string[]>()
  const attached: string[] = []
  for (const { argv, tool, program } of commands) {
    if (tool === 'sonde-bpf') {
      for (const line of (program ?? '').split('\n').slice(0, -1)) {
        const { event, place } = readRequest(line)
        made.set(event, [...(made.get(event) ?? []), place])
      }
      continue
    }
    const words = afterGuards(argv)
    if (words[1] === 'script') continue
    if (words[1] !== 'record' && words[1] !== 'stat') throw new Error(`perf ${words[1]}`)
    for (let at = 2; at < words.length; at++) {
      const word = words[at] ?? ''
      const pattern = VALUES[word]
      if (pattern === undefined) {
        if (!FLAGS.has(word)) throw new Error(`an argument that perf is never given: ${JSON.stringify(word)}`)
        continue
      }
      const value = words[++at] ?? ''
      if (!pattern.test(value)) throw new Error(`perf ${word} ${JSON.stringify(value)}`)
      if (word === '--filter') checkFilter(value)
      if (word === '-e') for (const event of value.split(',')) attached.push(...placesOf(event, made))
    }
  }
  return attached
}

const FLAGS: ReadonlySet<string> = new Set([
  '-g',
  '-a',
  '--exclude-perf',
  '--switch-events',
  '--no-buffering',
  '--no-period',
  '--user-callchains',
  '--kernel-callchains',
  '-j',
  '-A',
])
const VALUES: Readonly<Record<string, RegExp>> = {
  '-e': /^[A-Za-z0-9][A-Za-z0-9_:.-]*(,[A-Za-z0-9][A-Za-z0-9_.-]*)*$/,
  '--filter': /^[\x20-\x7e]+$/,
  '-c': /^\d+$/,
  '-m': /^\d+K$/,
  '-F': /^\d+$/,
  '-p': /^\d+(,\d+)*$/,
  '-C': /^\d+(,\d+)*$/,
  '-G': /^(\/[A-Za-z0-9@_.:\\-]*)+$/,
  '-k': /^CLOCK_MONOTONIC$/,
  '-o': /^-$/,
  '-I': /^\d+$/,
  '-D': /^-1$/,
  '--control': /^fd:3(,3)?$/,
  '--log-fd': /^1$/,
}

function afterGuards(argv: readonly string[]): string[] {
  const [setpriv, death, kill, dashes, timeout, k, two, s, int, seconds, ...rest] = argv
  const guards = [setpriv, death, kill, dashes, timeout, k, two, s, int].join(' ')
  if (guards !== 'setpriv --pdeathsig KILL -- timeout -k 2 -s INT' || !/^\d+$/.test(seconds ?? '')) throw new Error('not guarded')
  if (rest.splice(0, 4).join(' ') !== 'setpriv --pdeathsig KILL --') throw new Error('not guarded twice')
  if (rest[0] === 'setpriv' && rest.splice(0, 4).join(' ') !== 'setpriv --bounding-set -sys_chroot --') throw new Error('another setpriv')
  if (rest[0] === 'stdbuf' && rest.splice(0, 2).join(' ') !== 'stdbuf -oL') throw new Error('another stdbuf')
  return rest
}

/** `bpftrace -f json -` and nothing else. */
export function checkBpftraceArgv(argv: readonly string[]): void {
  const [tool, ...rest] = afterGuards(argv)
  if (!/^(\/[a-z/]*)?bpftrace$/.test(tool ?? '') || rest.join(' ') !== '-f json -') throw new Error(`bpftrace ${rest.join(' ')}`)
}

function placesOf(event: string, made: ReadonlyMap<string, string[]>): string[] {
  const ours = /^sonde_GROUP:probe(\d+)$/.exec(event)?.[1]
  if (ours !== undefined) return made.get(ours) ?? []
  const [category, name, modifier] = event.split(':')
  if (modifier !== undefined) throw new Error(`event ${event}`)
  return name === undefined || name === 'I' ? [`event:${category}`] : [`tracepoint:${category}:${name}`]
}

function readRequest(line: string): { event: string; place: string } {
  const [kind, request, event, at, ...rest] = line.split(' ')
  if (!/^\d+$/.test(request ?? '') || !/^\d+$/.test(event ?? '') || (at !== 'entry' && at !== 'return')) throw new Error(`request ${line}`)
  const values = rest.slice(kind === 'uprobe' ? 4 : 2)
  for (const value of values)
    if (!/^[A-Za-z_][A-Za-z0-9_]{0,30}:[a-z]+\d{0,2}:(%[a-z][a-z0-9]{0,5}|ret|comm|(arg|stack|imm)-?\d+)(:u?-?\d+)*$/.test(value))
      throw new Error(`value ${value}`)
  if (kind === 'kprobe') {
    if (!/^[A-Za-z_][A-Za-z0-9_.]*$/.test(rest[0] ?? '') || rest[1] !== '0') throw new Error(`request ${line}`)
    return { event: event ?? '', place: `${at === 'return' ? 'kretprobe' : 'kprobe'}:${rest[0]}` }
  }
  if (kind !== 'uprobe' || !rest.slice(0, 4).every((field) => /^\d+$/.test(field))) throw new Error(`request ${line}`)
  return { event: event ?? '', place: `${at === 'return' ? 'uretprobe' : 'uprobe'}:${rest[0]}:${rest[1]}:${rest[2]}` }
}

/** Comparisons of fields with numbers or quoted words, and, or, parentheses. */
function checkFilter(text: string): void {
  const comparison = /^[A-Za-z_][A-Za-z0-9_]*(\.u?string)? (==|!=|<|<=|>|>=|&) (-?\d+|"[A-Za-z0-9_./:@%+=,-]{1,63}")/
  let open = 0
  for (let rest = text; ; ) {
    while (rest.startsWith('(')) {
      open++
      rest = rest.slice(1)
    }
    const found = comparison.exec(rest)?.[0]
    if (found === undefined) throw new Error(`filter ${JSON.stringify(rest)}`)
    rest = rest.slice(found.length)
    while (rest.startsWith(')')) {
      open--
      rest = rest.slice(1)
    }
    if (rest === '' && open === 0) return
    const joint = /^ (&&|\|\|) /.exec(rest)?.[0]
    if (joint === undefined || open < 0) throw new Error(`filter ${JSON.stringify(rest)}`)
    rest = rest.slice(joint.length)
  }
}
