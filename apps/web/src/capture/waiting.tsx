import { type CaptureView, isFinal, TARGET_REASONS } from '@sonde/contract'
import { EmptyState } from '@sonde/ui'
import type { ReactNode } from 'react'
import { isLive } from '../captures/capture-state.ts'
import { sentence } from './sentence.ts'

/** Why a pane has nothing to show (yet), in the words that fit the state of the capture. */
export function Waiting({ capture, what, idle }: { capture: CaptureView; what: string; idle: { title: string; text: ReactNode } }) {
  const targets = capture.targets
  if (isLive(capture.state)) {
    if (targets.some((target) => target.state === 'running' || target.state === 'uploading')) {
      return <EmptyState title="Recording">The first {what} arrive a few seconds after the probes are attached.</EmptyState>
    }
    if (targets.some((target) => target.state === 'accepted'))
      return <EmptyState title="Attaching the probes">The host accepted and gets ready.</EmptyState>
    return (
      <EmptyState title={targets.length > 1 ? 'Waiting for the hosts' : 'Waiting for the host'}>
        A connected host answers within a second or two. One that is not connected is given up after a while.
      </EmptyState>
    )
  }
  const reasons = [...new Set(targets.filter((target) => isFinal(target.state) && target.reason).map((target) => target.reason))].filter(
    (reason) => reason !== null,
  )
  if (capture.state === 'done') return <EmptyState title={idle.title}>{idle.text}</EmptyState>
  if (capture.state === 'cancelled')
    return <EmptyState title="Cancelled before anything was recorded">Run it again to record it.</EmptyState>
  return (
    <EmptyState title="Nothing was recorded">
      {reasons.length > 0
        ? `${sentence(reasons.map((reason) => TARGET_REASONS[reason]).join('; '))} What to do about it stands above.`
        : 'The hosts above say why.'}
    </EmptyState>
  )
}
