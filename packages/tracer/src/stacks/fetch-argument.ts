import type { ProbeValue, ProbeValueBase } from '../native/probe-definition.ts'
import type { ArgumentType } from '../probes/resolved-probe.ts'

export type FetchArch = 'x64' | 'arm64'

/** Where a value is when a probe fires: somewhere, and the offsets of the memory reads that lead on from there. */
export type Fetch = { base: ProbeValueBase; reads: readonly number[] }

/** Calling conventions: System V for x86-64, AAPCS64. Integers and pointers only. */
const ARGUMENT_REGISTERS: Record<FetchArch, readonly string[]> = {
  x64: ['di', 'si', 'dx', 'cx', 'r8', 'r9'],
  arm64: ['x0', 'x1', 'x2', 'x3', 'x4', 'x5', 'x6', 'x7'],
}

/** What holds the caller's return address at a function's first instruction: the top of the stack, or the link register. */
export const CALLER: Record<FetchArch, Fetch> = {
  x64: { base: { from: 'register', name: 'sp' }, reads: [0] },
  arm64: { base: { from: 'register', name: 'lr' }, reads: [] },
}

/** The value of a function's argument at its first instruction; null where it is not in a register. */
export function functionArgument(position: number, arch: FetchArch): Fetch | null {
  const register = ARGUMENT_REGISTERS[arch][position]
  return held(register ?? null)
}

/** The same of a kernel function: the kernel knows its own convention. */
export function kernelArgument(position: number, arch: FetchArch): Fetch | null {
  return position in ARGUMENT_REGISTERS[arch] ? { base: { from: 'argument', position: position + 1 }, reads: [] } : null
}

export const RETURN_VALUE: Fetch = { base: { from: 'return' }, reads: [] }

/**
 * An argument of a USDT probe as the assembler wrote it down (`8@%rbx`, `-4@-20(%rbp)`, `4@$3`, `8@[sp, 16]`): size and sign, then
 * register, memory or constant. Null for forms that tracefs cannot fetch (an index register, a symbol, a float).
 */
export function usdtOperand(operand: string, arch: FetchArch): Fetch | null {
  const place = /^-?[1248]@(.+)$/.exec(operand.trim())?.[1]
  if (place === undefined) return null
  return arch === 'x64' ? x64Place(place) : arm64Place(place)
}

/** A value read as what it was declared as; null for what no filter and no sum can use. `inKernel`: the probe is in the kernel. */
export function typedFetch({ base, reads }: Fetch, type: ArgumentType, inKernel = false): Omit<ProbeValue, 'name'> | null {
  const dereferences = reads.map((offset) => ({ offset }))
  switch (type.kind) {
    case 'int':
      return { type: `${type.signed ? 's' : 'u'}${INT_BITS[type.bytes]}`, base, dereferences }
    case 'pointer':
      if (type.to === 'other') return { type: 'u64', base, dereferences }
      // A constant has no memory behind it.
      if (base.from === 'constant') return null
      if (type.to === 'kernel-text') return { type: 'string', base, dereferences: [...dereferences, { offset: 0 }] }
      return { type: 'ustring', base, dereferences: [...dereferences, { offset: 0, user: inKernel }] }
    case 'char-array':
    case 'data-loc-text':
    case 'byte-array':
    case 'other':
      return null
  }
}

const INT_BITS = { 1: 8, 2: 16, 4: 32, 8: 64 } as const

function x64Place(place: string): Fetch | null {
  const register = /^%([a-z0-9]+)$/.exec(place)?.[1]
  if (register !== undefined) return held(x64Register(register))
  const constant = /^\$(-?\d{1,9})$/.exec(place)?.[1]
  if (constant !== undefined) return constantOf(constant)
  const [, offset, base] = /^(-?\d{0,9})\(%([a-z0-9]+)\)$/.exec(place) ?? []
  return base === undefined ? null : memory(Number(offset || '0'), x64Register(base))
}

function arm64Place(place: string): Fetch | null {
  const register = /^([xw]\d{1,2}|sp)$/.exec(place)?.[1]
  if (register !== undefined) return held(arm64Register(register))
  if (/^-?\d{1,9}$/.test(place)) return constantOf(place)
  const [, base, offset] = /^\[(x\d{1,2}|sp)(?:, ?#?(-?\d{1,9}))?\]$/.exec(place) ?? []
  return base === undefined ? null : memory(Number(offset ?? '0'), arm64Register(base))
}

/** `%eax`, `%ax` and `%al` are all parts of what the kernel calls `%ax`. */
function x64Register(name: string): string | null {
  const numbered = /^(r(?:[89]|1[0-5]))[dwb]?$/.exec(name)?.[1]
  if (numbered !== undefined) return numbered
  const lettered = /^[re]?([abcd])x$|^([abcd])l$/.exec(name)
  if (lettered) return `${lettered[1] ?? lettered[2]}x`
  return (
    /^[re]?(si|di|bp|sp)$|^(si|di|bp|sp)l$/
      .exec(name)
      ?.slice(1)
      .find((part) => part !== undefined) ?? null
  )
}

function arm64Register(name: string): string | null {
  if (name === 'sp') return 'sp'
  const number = Number(name.slice(1))
  return number < 30 ? `x${number}` : number === 30 ? 'lr' : null
}

const held = (name: string | null): Fetch | null => (name === null ? null : { base: { from: 'register', name }, reads: [] })
const constantOf = (text: string): Fetch => ({ base: { from: 'constant', value: Number(text) }, reads: [] })
const memory = (offset: number, name: string | null): Fetch | null =>
  name === null ? null : { base: { from: 'register', name }, reads: [offset] }
