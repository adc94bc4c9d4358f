import type { EVENT_FIELD_TYPES } from '@sonde/contract'
import type { Code } from './code.ts'

/** How a number is meant to be read by people. All but the first six become text on the host. */
export type Meaning = Exclude<(typeof EVENT_FIELD_TYPES)[number], 'text'> | 'device' | 'ipv4' | 'syscall'

/**
 * A value that a program can read, as an expression. Every number is cast to its width and sign already, so that comparing, adding and
 * printing it means what its C type means.
 */
export type Value =
  | { kind: 'number'; expression: Code; bytes: 1 | 2 | 4 | 8; signed: boolean; meaning: Meaning }
  /** `length`: bytes that it can have, its terminating NUL included; null: as long as bpftrace keeps strings (BPFTRACE_STRLEN). */
  | { kind: 'text'; expression: Code; length: number | null }
  /** An IPv6 address as two words, the more significant one first. */
  | { kind: 'ipv6'; high: Code; low: Code }
