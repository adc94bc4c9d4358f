import { type HostCommand, type TargetQuality, type TargetReason, type TargetState, targetStateSchema } from '@sonde/contract'
import type { Queryable } from '@sonde/db'
import { storableJson, storableText } from './storable.ts'
import { TARGET_TRANSITIONS, type TransitionName } from './target-transitions.ts'

/** What a transition may write beside the state; what is left out stays. */
export type TargetChanges = {
  reason?: TargetReason
  message?: string
  quality?: TargetQuality
  recordedMs?: number
  commands?: HostCommand[]
}

export type TransitionedTarget = { captureId: string; hostId: string; attempt: number; state: TargetState }

/**
 * Moves every target that `where` names and whose state allows it, in one statement, and returns those that moved. `where`
 * is SQL of this package with $1… for `values`; it may also use the columns of `targets`.
 */
export async function transitionTargets(
  db: Queryable,
  name: TransitionName,
  where: { sql: string; values: unknown[] },
  changes: TargetChanges = {},
): Promise<TransitionedTarget[]> {
  const { from, to, stamp } = TARGET_TRANSITIONS[name]
  const values: unknown[] = [...where.values]
  const param = (value: unknown) => `$${values.push(value)}`
  const sets = [`state = ${param(to)}`, 'revision = revision + 1']
  if (stamp !== '') sets.push(stamp)
  if (changes.reason !== undefined) sets.push(`reason = ${param(changes.reason)}`)
  if (changes.message !== undefined) sets.push(`message = ${param(storableText(changes.message))}`)
  if (changes.quality !== undefined) sets.push(`quality = ${param(storableJson(changes.quality))}::jsonb`)
  if (changes.recordedMs !== undefined) sets.push(`recorded_ms = ${param(changes.recordedMs)}`)
  if (changes.commands !== undefined) sets.push(`commands = ${param(storableJson(changes.commands))}::jsonb`)
  const { rows } = await db.query<{ capture_id: string; host_id: string; attempt: number; state: string }>(
    `UPDATE targets SET ${sets.join(', ')} WHERE state = ANY (${param(from)}) AND (${where.sql})
     RETURNING capture_id, host_id, attempt, state`,
    values,
  )
  return rows.map((r) => ({ captureId: r.capture_id, hostId: r.host_id, attempt: r.attempt, state: targetStateSchema.parse(r.state) }))
}
