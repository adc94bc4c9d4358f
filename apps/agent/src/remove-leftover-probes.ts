import { sweepProbes } from '@sonde/tracer'
import type { Log } from './log.ts'

/** An agent and its probe guard that were both killed leave events behind, which cost every process that runs over them. */
export async function removeLeftoverProbes(bpfHelper: string | null, log: Log): Promise<void> {
  if (bpfHelper === null || process.getuid?.() !== 0) return
  const swept = await sweepProbes(bpfHelper)
  if (swept === null) log.warn('the native helper could not look for probes that an earlier run has left')
  else if (swept.removed + swept.busy > 0) log.warn(swept, 'removed probes that an earlier run has left')
}
