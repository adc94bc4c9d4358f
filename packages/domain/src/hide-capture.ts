import { type CaptureReason, type CaptureSource, type CaptureView, LEFT_OUT, type TargetQuality, type TargetView } from '@sonde/contract'
import type { CaptureSight } from './authorize-capture.ts'
import { hideInLabel, hideInSpec } from './hide-spec.ts'
import { hostPseudonyms } from './host-pseudonyms.ts'

/**
 * A capture as a share link shows it: under the link's own title, without what the sight leaves out. Sentences that a host or a person
 * wrote may hold anything, so they go wherever either is left out. Every field is named here: a new one has to be decided about.
 */
export function hideInCapture(view: CaptureView, sight: CaptureSight, title: string): CaptureView {
  const names = hostPseudonyms(view.targets.map((target) => target.hostId))
  const targets = view.targets.map((target) => hideInTarget(target, sight, names.get(target.hostId) ?? LEFT_OUT))
  return {
    id: view.id,
    title,
    spec: hideInSpec(view.spec, sight),
    recipeTitle: view.recipeTitle,
    source: hideInSource(view.source, sight),
    reason: hideInReason(view.reason, sight),
    state: view.state,
    createdAt: view.createdAt,
    // Who it is to the reader is a name; the account behind it is nobody's business.
    createdBy: { id: '', name: view.createdBy.name },
    endedAt: view.endedAt,
    targets: sight.hosts ? targets : targets.sort((a, b) => (a.hostName < b.hostName ? -1 : 1)),
    resultVersion: view.resultVersion,
    serverNow: view.serverNow,
  }
}

const seesAll = (sight: CaptureSight): boolean => sight.hosts && sight.args

function hideInTarget(target: TargetView, sight: CaptureSight, pseudonym: string): TargetView {
  const free = seesAll(sight)
  return {
    hostId: target.hostId,
    hostName: sight.hosts ? target.hostName : pseudonym,
    state: target.state,
    cancelRequested: target.cancelRequested,
    attempt: target.attempt,
    reason: target.reason,
    message: free || target.message === null ? target.message : null,
    startedAt: target.startedAt,
    endedAt: target.endedAt,
    recordedMs: target.recordedMs,
    chunks: target.chunks,
    bytes: target.bytes,
    quality: target.quality && !free ? hideInQuality(target.quality) : target.quality,
    // Both kinds of secrets stand in command lines: cgroups and pids of one, paths and texts of the other.
    commands: free ? target.commands : [],
  }
}

function hideInQuality(quality: TargetQuality): TargetQuality {
  const { sampledEvent: _, braked: __, forecast: ___, unknownBy: ____, notes: _____, ...rest } = quality
  // Whatever is added to it and is no count has to be decided about here.
  const counts: typeof rest & Record<string, number | boolean> = rest
  return {
    ...counts,
    sampledEvent: quality.sampledEvent === null ? null : hideInLabel(quality.sampledEvent),
    braked: quality.braked === null ? null : 'What the host said about it is left out of this link.',
    forecast: quality.forecast && {
      ...quality.forecast,
      probes: quality.forecast.probes.map((probe) => ({ ...probe, label: hideInLabel(probe.label) })),
      message: LEFT_OUT,
    },
    unknownBy: quality.unknownBy.map((one) => ({ ...one, reason: 'the reason is left out of this link', remedy: '' })),
    notes:
      quality.notes.length === 0
        ? []
        : [`${quality.notes.length === 1 ? 'A note is' : `${quality.notes.length} notes are`} left out of this link.`],
  }
}

/** A file is named by people, after hosts and customers. */
function hideInSource(source: CaptureSource | null, sight: CaptureSight): CaptureSource | null {
  return source && !sight.hosts ? { ...source, fileName: LEFT_OUT } : source
}

function hideInReason(reason: CaptureReason | null, sight: CaptureSight): CaptureReason | null {
  return reason && !seesAll(sight) ? { kind: reason.kind, text: 'why it was started is left out of this link' } : reason
}
