import type { TargetReason } from '@sonde/contract'

/**
 * Why a capture stops before its time.
 * - cancelled: a person asked for it.
 * - failed: the host cannot go on; what was recorded is kept.
 * - gone: the server has already ended the target, or does not know it: nobody wants the result.
 */
export type CaptureStop = { kind: 'cancelled' } | { kind: 'failed'; reason: TargetReason; message: string } | { kind: 'gone' }
