import { assertNever, type CaptureState, type TargetState } from '@sonde/contract'
import type { DotKind } from '@sonde/ui'

/** Whether anything of the capture may still change. */
export const isLive = (state: CaptureState): boolean => state === 'queued' || state === 'running'

export function captureDot(state: CaptureState): DotKind {
  switch (state) {
    case 'queued':
      return 'idle'
    case 'running':
      return 'live'
    case 'done':
      return 'good'
    case 'partial':
      return 'warn'
    case 'failed':
      return 'bad'
    case 'cancelled':
      return 'hollow'
    default:
      return assertNever(state)
  }
}

export const CAPTURE_STATE_WORDS: Record<CaptureState, string> = {
  queued: 'waiting',
  running: 'running',
  done: 'done',
  partial: 'partial',
  failed: 'failed',
  cancelled: 'cancelled',
}

export function targetDot(state: TargetState): DotKind {
  switch (state) {
    case 'queued':
    case 'offered':
      return 'idle'
    case 'accepted':
    case 'running':
    case 'uploading':
      return 'live'
    case 'done':
      return 'good'
    case 'cancelled':
      return 'hollow'
    case 'expired':
    case 'lost':
      return 'warn'
    case 'refused':
    case 'failed':
      return 'bad'
    default:
      return assertNever(state)
  }
}

/** One word for the dot, one sentence for the person. */
export const TARGET_STATE_WORDS: Record<TargetState, { word: string; sentence: string }> = {
  queued: { word: 'queued', sentence: 'Waiting for the host to ask for work.' },
  offered: { word: 'offered', sentence: 'Sent to the host, which has not answered yet.' },
  accepted: { word: 'attaching', sentence: 'The host accepted and is attaching its probes.' },
  running: { word: 'recording', sentence: 'The probes are attached; data arrives every few seconds.' },
  uploading: { word: 'uploading', sentence: 'The recording is over; the host uploads the rest.' },
  done: { word: 'done', sentence: 'Everything that was recorded is stored and was checked.' },
  refused: { word: 'refused', sentence: 'The host refused before attaching anything.' },
  failed: { word: 'failed', sentence: 'Something went wrong on the host.' },
  cancelled: { word: 'cancelled', sentence: 'Cancelled. What was recorded until then is kept.' },
  expired: { word: 'expired', sentence: 'The host did not start in time, so it was not captured.' },
  lost: { word: 'lost', sentence: 'The host stopped answering while it recorded. What had arrived is kept.' },
}
