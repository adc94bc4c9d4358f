import type { TargetReason } from '@sonde/contract'
import type { ExitStatus } from './guarded-child.ts'

/**
 * What perf 6.1 and bpftrace 0.17 say and what it means. First match wins. bpftrace's "couldn't set RLIMIT_MEMLOCK" comes with every
 * run that lacks CAP_SYS_RESOURCE and means nothing.
 */
const MESSAGES: readonly { pattern: RegExp; reason: TargetReason }[] = [
  { pattern: /No space left on device|Disk quota exceeded/, reason: 'disk-full' },
  { pattern: /No such process|Couldn't create thread\/CPU maps/, reason: 'process-exited' },
  {
    pattern:
      /Access to performance monitoring|No permissions? to |only supports running as the root user|Operation not permitted|Permission denied/,
    reason: 'capability-missing',
  },
  { pattern: /tracepoint not found|unknown tracepoint|is not traceable|Invalid event|event syntax error/, reason: 'capability-missing' },
]

const HARMLESS = [
  /couldn't set RLIMIT_MEMLOCK/,
  /^\[ perf record:/,
  /^Attaching \d+ probes?/,
  /^Events (disabled|enabled)$/,
  /^File \/tmp\/perf-\d+\.map not owned by/,
]

/** The lines of a tool's stderr that say something. */
export function withoutHarmless(stderr: string): string {
  return stderr
    .split('\n')
    .filter((line) => line.trim() !== '' && !HARMLESS.some((pattern) => pattern.test(line)))
    .join('\n')
}

/** What a target that runs a tool lacks where the tool is not there. */
const MISSING = { perf: 'perf-missing', bpftrace: 'bpftrace-missing', 'sonde-bpf': 'capability-missing' } as const satisfies Record<
  string,
  TargetReason
>
export type TracingTool = keyof typeof MISSING

/** Why a tool failed, as a reason of the closed list and the tool's own words. */
export function explainFailure(tool: TracingTool, status: ExitStatus, stderr: string): { reason: TargetReason; message: string } {
  const words = withoutHarmless(stderr).trim().slice(0, 1500)
  const missing = MISSING[tool]
  // setpriv exits with 127 where it finds no such program, and says so.
  if (status.spawnError !== null) return { reason: 'tool-failed', message: `${tool} could not be started: ${status.spawnError}` }
  if (status.code === 127 && /failed to execute/.test(words)) return { reason: missing, message: words }
  const known = MESSAGES.find(({ pattern }) => pattern.test(words))
  const ending = status.signal !== null ? `was ended by ${status.signal}` : `ended with status ${status.code}`
  return {
    reason: known?.reason ?? 'tool-failed',
    message: words === '' ? `${tool} ${ending} and said nothing` : `${tool} ${ending}: ${words}`,
  }
}

/** Whether a tool that was told to stop, or came to its deadline, ended as it should. perf ends itself with SIGINT once more. */
export function endedWell(status: ExitStatus): boolean {
  return status.code === 0 || status.signal === 'SIGINT' || status.code === 130 || status.code === 124
}

/** For a tool that had to be killed. */
export const killedMessage = (tool: TracingTool): string => `${tool} did not end when it was told to, and was killed.`
