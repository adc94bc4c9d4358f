import type { Actor, CaptureReason, StartCaptureInput } from '@sonde/contract'
import { inTransaction } from '@sonde/db'
import type { App } from './app.ts'
import { authorize } from './authorize.ts'
import { insertCapture } from './insert-capture.ts'

/**
 * Makes a capture with one queued target per host and says so to the gateways. A host that is offline gets a target all the
 * same: it may be back within the minute, and if not, the target says that it was not. `reason`: why, where the person did not press
 * Start themselves. Throws `not-found` for an unknown host.
 */
export async function startCapture(
  actor: Actor,
  app: App,
  input: StartCaptureInput,
  reason: CaptureReason | null = null,
): Promise<{ id: string }> {
  const person = authorize(actor, 'capture.start')
  const id = app.newId()
  await inTransaction(app.db.pool, (client) => insertCapture(client, { id, createdById: person.userId, input, reason }))
  await app.bus.announce(id)
  return { id }
}
