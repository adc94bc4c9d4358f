import * as z from 'zod'
import { comparisonSchema } from './comparison.ts'
import { idSchema } from './text.ts'

/**
 * What a comparison found, with how sure it is. Units of evidence are hosts × slices of time, resampled whole; an interval is of 95 %;
 * `q` is the p-value after the false discovery rate is controlled over everything that was looked at. What is not `significant` is grey.
 */
export const measureSchema = z.object({
  /** Value on each side, in the unit of its finding; null where that side has nothing to take it from. */
  a: z.number().nullable(),
  b: z.number().nullable(),
  /** b − a, and its 95 % interval. */
  change: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  /** After control of the false discovery rate; null where there is too little to test. */
  q: z.number().min(0).max(1).nullable(),
  significant: z.boolean(),
  /** Hosts whose own change points the same way as the whole's, of those that are on both sides; null where no host is, or where nothing is tested. */
  hosts: z.object({ agree: z.number().int(), of: z.number().int() }).nullable(),
  /** Samples or calls that each side's value is taken from. */
  countA: z.number(),
  countB: z.number(),
})
export type Measure = z.infer<typeof measureSchema>

/** A function's share or amount of the CPU, by its own samples and by those that it is anywhere on. */
export const functionFindingSchema = z.object({
  /** frameKey() of packages/profile. */
  key: z.string(),
  name: z.string(),
  module: z.string(),
  /** FRAME_KIND of packages/profile. */
  kind: z.number().int(),
  /** `new`: on no sample of A; `gone`: on none of B. Said only where chance does not explain it. */
  presence: z.enum(['both', 'new', 'gone']),
  self: measureSchema,
  total: measureSchema,
})
export type FunctionFinding = z.infer<typeof functionFindingSchema>

/** A system call of all processes of the side together. */
export const syscallFindingSchema = z.object({
  nr: z.number().int(),
  name: z.string(),
  /** Calls per second and host, or per what it is normalised by. */
  rate: measureSchema,
  /** Share of calls that failed, 0..1. */
  errors: measureSchema,
  /** Mean time of a call, ns. */
  mean: measureSchema,
  /** ≈, interpolated within a power of two, ns. */
  p50: measureSchema,
  p99: measureSchema,
})
export type SyscallFinding = z.infer<typeof syscallFindingSchema>

/** Why the two sides may differ for another reason than the one looked for. */
export const WARNING_CODES = [
  'kernels-differ',
  'builds-differ',
  'hosts-differ',
  'load-differs',
  'loss-differs',
  'rate-differs',
  'spec-differs',
  'too-little',
  'no-times',
  'unknown-differs',
  'still-running',
  'same-samples',
] as const
export const comparisonWarningSchema = z.object({ code: z.enum(WARNING_CODES), text: z.string() })
export type ComparisonWarning = z.infer<typeof comparisonWarningSchema>

export const sideFactsSchema = z.object({
  captureId: idSchema,
  title: z.string(),
  startedAt: z.date().nullable(),
  hosts: z.number().int(),
  /** Hosts × slices of time that recorded anything. */
  units: z.number().int(),
  samples: z.number(),
  /** Weight of the samples, in `unit` of the verdict's functions. */
  weight: z.number(),
  /** Recorded by all hosts together. */
  hostSeconds: z.number(),
  cpuSeconds: z.number().nullable(),
  syscalls: z.number(),
  lost: z.number(),
  /** What the side is divided by, in the normaliser's unit. */
  divisor: z.number().nullable(),
})
export type SideFacts = z.infer<typeof sideFactsSchema>

export const verdictSchema = z.object({
  comparison: comparisonSchema,
  a: sideFactsSchema,
  b: sideFactsSchema,
  /** Unit of the functions' values: `share` (0..1), or per what it is normalised by: `cpu-seconds/s`, `samples/request` … */
  functionUnit: z.string(),
  /** Unit of the rates of system calls: `/s`, `/request` … */
  rateUnit: z.string(),
  /** At most five, the largest first; plain text, to be pasted as it is. At least one: that nothing was found is a sentence too. */
  sentences: z.array(z.string()).min(1).max(5),
  /** Whether anything is significant; null where there is too little to say. */
  differs: z.boolean().nullable(),
  /** Significant ones first, then by the size of the change; cut at a bound, with how many there were. */
  functions: z.array(functionFindingSchema),
  functionsTested: z.number().int(),
  syscalls: z.array(syscallFindingSchema),
  syscallsTested: z.number().int(),
  warnings: z.array(comparisonWarningSchema),
  method: z.object({
    resamples: z.number().int(),
    sliceMs: z.number(),
    level: z.number(),
    falseDiscoveryRate: z.number(),
    seed: z.number().int(),
    /** Hosts on both sides are resampled together, each with itself. */
    paired: z.boolean(),
  }),
})
export type Verdict = z.infer<typeof verdictSchema>
