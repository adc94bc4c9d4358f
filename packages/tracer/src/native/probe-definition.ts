/**
 * What the probe guard of the native helper is asked to register: fields of fixed forms, which it checks again and writes the kernel's
 * definition from (native/README.md). Nothing here is text of a person or of a server but the names that a pattern allows.
 */
export type ProbeDefinition = UprobeDefinition | KprobeDefinition

/** A place in a file that a process holds open. Several places may share one event: those of one USDT probe. */
export type UprobeDefinition = Common & {
  kind: 'uprobe'
  /** `/proc/PID/fd/N` */
  openPath: string
  fileOffset: number
  /** File offset of the USDT semaphore, 0 for none. */
  semaphoreOffset: number
}

export type KprobeDefinition = Common & { kind: 'kprobe'; function: string; functionOffset: number }

type Common = {
  /** Number of the event in the group, 0 to 9999; the event is called `probeN`. */
  event: number
  at: 'entry' | 'return'
  arguments: readonly ProbeValue[]
}

export type ProbeValue = { name: string; type: ProbeValueType; base: ProbeValueBase; dereferences?: readonly Dereference[] }

export const PROBE_VALUE_TYPES = [
  'u8',
  'u16',
  'u32',
  'u64',
  's8',
  's16',
  's32',
  's64',
  'x8',
  'x16',
  'x32',
  'x64',
  'string',
  'ustring',
] as const
export type ProbeValueType = (typeof PROBE_VALUE_TYPES)[number]

/**
 * Where a value comes from: a register by the kernel's name (`di`, `x0`), what a function returns, the n-th argument of a kernel function
 * (from 1), the n-th word on the stack (from 0), the process's name, or a constant.
 */
export type ProbeValueBase =
  | { from: 'register'; name: string }
  | { from: 'return' }
  | { from: 'argument'; position: number }
  | { from: 'stack'; word: number }
  | { from: 'comm' }
  | { from: 'constant'; value: number }

/** What lies that many bytes from where the value so far points to; `user`: in user memory, needed in kprobes only. */
export type Dereference = { offset: number; user?: boolean }

/** One request of the guard's protocol. @throws RangeError for what the protocol has no form for */
export function probeRequest(request: number, probe: ProbeDefinition): string {
  const fields = [probe.kind, integer(request), integer(probe.event), probe.at, ...placeFields(probe), ...probe.arguments.map(valueField)]
  return fields.join(' ')
}

function placeFields(probe: ProbeDefinition): string[] {
  if (probe.kind === 'kprobe') return [matching(probe.function, /^[A-Za-z_][A-Za-z0-9_.]{0,126}$/), integer(probe.functionOffset)]
  const [, pid = '', fd = ''] = /^\/proc\/(\d{1,7})\/fd\/(\d{1,10})$/.exec(probe.openPath) ?? []
  if (pid === '') throw new RangeError(`${probe.openPath} is not /proc/PID/fd/N`)
  return [pid, fd, integer(probe.fileOffset), integer(probe.semaphoreOffset)]
}

function valueField(value: ProbeValue): string {
  const name = matching(value.name, /^[A-Za-z_][A-Za-z0-9_]{0,30}$/)
  const dereferences = (value.dereferences ?? []).map(({ offset, user }) => `:${user ? 'u' : ''}${integer(offset)}`)
  return `${name}:${value.type}:${baseField(value.base)}${dereferences.join('')}`
}

function baseField(base: ProbeValueBase): string {
  switch (base.from) {
    case 'register':
      return `%${matching(base.name, /^[a-z][a-z0-9]{0,5}$/)}`
    case 'return':
      return 'ret'
    case 'argument':
      return `arg${integer(base.position)}`
    case 'stack':
      return `stack${integer(base.word)}`
    case 'comm':
      return 'comm'
    case 'constant':
      return `imm${integer(base.value)}`
  }
}

function integer(value: number): string {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is not a whole number`)
  return String(value)
}

function matching(text: string, pattern: RegExp): string {
  if (!pattern.test(text)) throw new RangeError(`${JSON.stringify(text)} is not a name of the kind that is wanted`)
  return text
}
