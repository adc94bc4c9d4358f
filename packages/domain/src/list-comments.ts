import type { Actor, CommentView } from '@sonde/contract'
import type { App } from './app.ts'
import { authorize } from './authorize.ts'
import { noSuchCapture, readComments, readCommentsRevision } from './read-comments.ts'

/** All comments of a capture, oldest first. Throws `not-found`. */
export async function listComments(actor: Actor, app: App, input: { captureId: string }): Promise<CommentView[]> {
  authorize(actor, 'comment.read')
  if ((await readCommentsRevision(app, input.captureId)) === null) throw noSuchCapture()
  return await readComments(app, input.captureId)
}
