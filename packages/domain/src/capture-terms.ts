import { functionTable, type Profile } from '@sonde/profile'
import { wellFormedText } from './storable.ts'

/** Names of one capture that are worth finding it by, with what share of it they are. */
export type CaptureTerm = { kind: 'function' | 'syscall'; text: string; share: number }

/** Functions of one capture that are kept: those on the most samples. */
export const MAX_FUNCTION_TERMS = 3_000
/** A name is found by its first characters: a mangled one or one out of a file may be 64 KB. */
export const MAX_TERM_LENGTH = 200
const MAX_SYSCALL_TERMS = 500

/**
 * Adds up, chunk by chunk, what is in a capture's results, in memory that grows with the distinct names alone. `add…` once for each chunk
 * (of a host's cumulative system calls: the latest), then `terms()`.
 */
export class TermCount {
  /** By what the profiles weigh: samples, or waiting time. */
  private readonly profiles = new Map<string, { all: number; functions: Map<string, number> }>()
  private readonly syscalls = new Map<string, number>()
  private calls = 0

  addProfile(profile: Profile): void {
    const table = functionTable(profile)
    const sum = this.profiles.get(profile.meta.unit) ?? { all: 0, functions: new Map<string, number>() }
    this.profiles.set(profile.meta.unit, sum)
    sum.all += table.all.weight
    for (let row = 0; row < table.length; row++) {
      const name = profile.strings[profile.frames.name[table.frame[row] ?? 0] ?? 0] ?? ''
      if (isName(name)) add(sum.functions, name, table.total[row] ?? 0)
    }
  }

  addSyscalls(rows: readonly { name: string; calls: number }[]): void {
    for (const { name, calls } of rows) {
      this.calls += calls
      if (isName(name)) add(this.syscalls, name, calls)
    }
  }

  /** A function that both runs and waits has the larger of its two shares; one name in two libraries is one term. */
  terms(): CaptureTerm[] {
    const shares = new Map<string, number>()
    for (const { all, functions } of this.profiles.values()) {
      for (const [text, weight] of functions) shares.set(text, Math.max(shares.get(text) ?? 0, shareOf(weight, all)))
    }
    const calls = new Map([...this.syscalls].map(([text, calls]) => [text, shareOf(calls, this.calls)]))
    return [
      ...largest(shares, MAX_FUNCTION_TERMS).map((term) => ({ kind: 'function' as const, ...term })),
      ...largest(calls, MAX_SYSCALL_TERMS).map((term) => ({ kind: 'syscall' as const, ...term })),
    ]
  }
}

/** Addresses and unknown frames are no names. */
function isName(text: string): boolean {
  return text !== '' && !text.startsWith('[unknown') && !/^0x[0-9a-f]+$/i.test(text)
}

function add(into: Map<string, number>, name: string, weight: number): void {
  const text = wellFormedText(name.slice(0, MAX_TERM_LENGTH))
  into.set(text, (into.get(text) ?? 0) + weight)
}

/** Two libraries may have a function of that name on the same sample, which then counts twice. */
const shareOf = (weight: number, all: number): number => (all > 0 ? Math.min(1, weight / all) : 0)

function largest(shares: ReadonlyMap<string, number>, most: number): Array<{ text: string; share: number }> {
  return [...shares]
    .map(([text, share]) => ({ text, share }))
    .sort((a, b) => b.share - a.share)
    .slice(0, most)
}
