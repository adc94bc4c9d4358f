import { SondeError, type TargetRef, type TargetReply, type TargetState, targetStateSchema } from '@sonde/contract'
import type { Queryable } from '@sonde/db'
import type { AgentHost } from './agent-host.ts'
import { TARGET_TRANSITIONS, type TransitionName } from './target-transitions.ts'
import { type TargetChanges, transitionTargets } from './transition-target.ts'

/** A target as the agent's calls see it. */
export type LockedTarget = {
  captureId: string
  hostId: string
  attempt: number
  state: TargetState
  cancelRequested: boolean
  /** It was given to the agent at some time, though the offer may have been taken back. */
  offered: boolean
}

/** This host's target, locked until the transaction ends. Throws `not-found`: another host's target is none for this one. */
export async function lockTarget(db: Queryable, host: AgentHost, ref: TargetRef): Promise<LockedTarget> {
  const { rows } = await db.query<{ state: string; cancel: boolean; offered: boolean }>(
    `SELECT state, cancel_requested_at IS NOT NULL AS cancel, offered_at IS NOT NULL AS offered FROM targets
     WHERE capture_id = $1 AND host_id = $2 AND attempt = $3 FOR UPDATE`,
    [ref.captureId, host.id, ref.attempt],
  )
  const row = rows[0]
  if (!row) throw new SondeError('not-found', 'there is no such target for this host')
  return {
    captureId: ref.captureId,
    hostId: host.id,
    attempt: ref.attempt,
    state: targetStateSchema.parse(row.state),
    cancelRequested: row.cancel,
    offered: row.offered,
  }
}

/** Moves one locked target along; throws `conflict` with its state where the table does not have that step. */
export async function step(db: Queryable, target: LockedTarget, name: TransitionName, changes: TargetChanges = {}): Promise<LockedTarget> {
  const where = { sql: 'capture_id = $1 AND host_id = $2 AND attempt = $3', values: [target.captureId, target.hostId, target.attempt] }
  const [moved] = await transitionTargets(db, name, where, changes)
  if (!moved) throw conflict(target.state, `cannot become "${TARGET_TRANSITIONS[name].to}"`)
  return { ...target, state: moved.state }
}

/** A late answer to an offer that was taken back meanwhile counts as if it had come in time. */
export async function reoffer(db: Queryable, target: LockedTarget): Promise<LockedTarget> {
  return target.state === 'queued' && target.offered ? await step(db, target, 'offer') : target
}

export function conflict(state: TargetState, why: string): SondeError {
  return new SondeError('conflict', `the target is "${state}" and ${why}`, { state })
}

export function replyOf(target: LockedTarget): TargetReply {
  return { state: target.state, cancelRequested: target.cancelRequested }
}
