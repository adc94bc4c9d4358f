import { type Actor, type PresenceInput, SondeError } from '@sonde/contract'
import type { App } from './app.ts'
import { authorize } from './authorize.ts'
import { authorizeCapture } from './authorize-capture.ts'

/** An open page says that it is still looked at, and which of its panes. It counts for as long as it watches the comments, too. */
export async function reportPresence(actor: Actor, app: App, input: PresenceInput): Promise<void> {
  const person = authorize(actor, 'comment.read')
  app.presence.beat(input.captureId, input.page, person.userId, input.pane)
}

/** The page of a share link says that it is still looked at. Throws `forbidden` for another capture's, and for whoever came without a link. */
export async function reportLinkPresence(actor: Actor, app: App, input: { id: string }): Promise<void> {
  const { shareId } = authorizeCapture(actor, input.id)
  if (shareId === null) throw new SondeError('forbidden', 'only the page of a share link is counted as one')
  app.presence.beatLink(input.id, shareId)
}
