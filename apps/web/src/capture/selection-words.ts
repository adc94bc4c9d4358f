import type { CaptureView } from '@sonde/contract'
import type { ProfileSummary } from '@sonde/flamegraph/react'
import type { SampleSelection } from '@sonde/profile'
import { formatSpan } from '@sonde/ui'
import { processName } from './process-names.ts'

/** What a selection of samples is of, in words for a picture or a menu: `nginx 4242 on web-1, 2.0 s to 4.5 s`. */
export function selectionWords(
  selection: SampleSelection,
  capture: Pick<CaptureView, 'targets'>,
  profile: ProfileSummary | undefined,
): string {
  const { hostId, process, window } = selection
  const nameOf = (id: string) => capture.targets.find((target) => target.hostId === id)?.hostName ?? 'a host that is not here'
  const sources = { profile, offcpu: undefined, syscalls: undefined, counts: undefined, latency: undefined, events: undefined }
  const who = process
    ? `${processName(process, sources) ?? 'process'} ${process.pid} on ${nameOf(process.hostId)}`
    : hostId !== undefined
      ? `all processes on ${nameOf(hostId)}`
      : capture.targets.length === 1
        ? `all processes on ${capture.targets[0]?.hostName}`
        : `all processes on ${capture.targets.length} hosts`
  const when = window ? `${formatSpan(window.fromUs / 1000)} to ${formatSpan(window.toUs / 1000)}` : 'the whole time'
  return `${who}, ${when}`
}
