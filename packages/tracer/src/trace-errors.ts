import type { TargetQuality, TargetReason } from '@sonde/contract'

/** The host will not, or cannot, run this capture: nothing was started. */
export class TraceRefusal extends Error {
  readonly reason: TargetReason
  constructor(reason: TargetReason, message: string) {
    super(message)
    this.name = 'TraceRefusal'
    this.reason = reason
  }
}

/** The capture was started and has no usable result. `quality` is what is known nevertheless (CPU used, losses). */
export class TraceFailure extends Error {
  readonly reason: TargetReason
  readonly quality: TargetQuality
  constructor(reason: TargetReason, message: string, quality: TargetQuality) {
    super(message)
    this.name = 'TraceFailure'
    this.reason = reason
    this.quality = quality
  }
}
