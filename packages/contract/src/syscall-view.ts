import * as z from 'zod'
import { syscallSnapshotSchema } from './capture-result.ts'
import { processRefSchema, type TimeGrid, timeWindowSchema } from './result-view.ts'
import { SYSCALL_MEASURES } from './syscall-measures.ts'
import { hostText, idSchema } from './text.ts'

/**
 * What the web shows of the syscall breakdown: the latest snapshot of each host for the whole time, and what lies between two snapshots
 * for a stretch of it. Snapshots are cumulative, so a stretch is made of whole slices: from one snapshot to a later one.
 *
 * Times are ms since the first host of the capture began to record, as in result-view.ts.
 */

export const syscallsQuerySchema = z.object({ id: idSchema, window: timeWindowSchema.optional() })
export type SyscallsQuery = z.infer<typeof syscallsQuerySchema>

export const syscallTimesQuerySchema = z.object({
  id: idSchema,
  /** Only what this host recorded. A process of another host selects nothing. */
  host: idSchema.optional(),
  process: processRefSchema.optional(),
  /** Ranks and sums; the lines are of the whole time, so that a chart shows what lies around it. */
  window: timeWindowSchema.optional(),
  /** Words that must all occur in process, pid, host, syscall or an errno. */
  search: z.string().max(200).default(''),
  /** Only this system call, by its exact name. */
  syscall: hostText(64).optional(),
  by: z.enum(SYSCALL_MEASURES).default('calls'),
  /** System calls to show by themselves; the others are one. */
  limit: z.number().int().min(1).max(64).default(8),
})
export type SyscallTimesQuery = z.infer<typeof syscallTimesQuerySchema>

/** A stretch of whole slices: where it really begins and ends, and how many there are. */
export type SliceBounds = { fromMs: number; toMs: number; slices: number }

/** `bounds` null: the whole time. In a window losses are 0: they are told for the whole time only. */
export const captureSyscallsSchema = z.object({
  hosts: z.array(
    z.object({
      hostId: idSchema,
      hostName: z.string(),
      snapshot: syscallSnapshotSchema,
      bounds: z.object({ fromMs: z.number(), toMs: z.number(), slices: z.number() }).nullable(),
      /**
       * `pid:nr` of rows whose `maxNs` is only a bound: a snapshot says what the longest call so far was, so in a window without a new
       * longest one it is known that none took more than what its slowest bucket holds.
       */
      boundedMax: z.array(z.string()),
    }),
  ),
  /** Calls in the window for whose rows there was no room in time: in no row. */
  untimed: z.number(),
})
export type CaptureSyscalls = z.infer<typeof captureSyscallsSchema>

/** One system call, all processes of the selection together. The arrays are by bin of the grid; of p50 and p99 null where none was made. */
export type SyscallSeries = {
  name: string
  /** In the window. */
  calls: number
  errors: number
  totalNs: number
  counts: number[]
  errorCounts: number[]
  timesNs: number[]
  p50: (number | null)[]
  p99: (number | null)[]
}

export type ErrnoSeries = { errno: number; name: string /** In the window. */; calls: number; counts: number[] }

export type CaptureSyscallTimes = {
  grid: TimeGrid
  /** The real slices of each host, [from, to] ms: a bin of the grid is about as long as one of them. */
  hosts: { hostId: string; hostName: string; slices: [fromMs: number, toMs: number][] }[]
  /** What the window really is, over all hosts; null where none was asked for, or nothing was recorded there. */
  bounds: SliceBounds | null
  /** The largest by what was asked for first. */
  syscalls: SyscallSeries[]
  /** Those without a line of their own. */
  others: (Omit<SyscallSeries, 'name'> & { syscalls: number }) | null
  /** Most frequent first. */
  errnos: ErrnoSeries[]
  /** Calls that stand in the table of the whole time, but for which there was no room in time. */
  untimed: number
}
