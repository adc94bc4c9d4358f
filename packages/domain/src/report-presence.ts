import type { Actor, PresenceInput } from '@sonde/contract'
import type { App } from './app.ts'
import { authorize } from './authorize.ts'

/** An open page says that it is still looked at, and which of its panes. It counts for as long as it watches the comments, too. */
export async function reportPresence(actor: Actor, app: App, input: PresenceInput): Promise<void> {
  const person = authorize(actor, 'comment.read')
  app.presence.beat(input.captureId, input.page, person.userId, input.pane)
}
