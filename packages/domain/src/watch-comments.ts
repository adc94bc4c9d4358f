import type { Actor, CommentView, NotesEvent, PresentPerson } from '@sonde/contract'
import type { App } from './app.ts'
import { authorize } from './authorize.ts'
import { noSuchCapture, readComments, readCommentsRevision } from './read-comments.ts'

/** What everyone on the page of a capture is told. */
export type NotesView = { revision: number; comments: CommentView[]; present: PresentPerson[]; links: number }

/**
 * The comments of a capture and who looks at it, now and after every change, at most once a second; a part that has not changed is
 * left out. Whoever watches is present, with `page` as the name of the open page, until `signal` says that the page is gone. Throws
 * `not-found`, also when the capture is deleted meanwhile.
 */
export async function watchComments(
  actor: Actor,
  app: App,
  input: { captureId: string; page: string; signal?: AbortSignal | undefined },
): Promise<AsyncGenerator<NotesEvent, void>> {
  const person = authorize(actor, 'comment.read')
  const { captureId } = input
  if ((await readCommentsRevision(app, captureId)) === null) throw noSuchCapture()
  return follow(app, { ...input, person: { id: person.userId, name: person.name } })
}

async function* follow(
  app: App,
  {
    captureId,
    page,
    person,
    signal,
  }: { captureId: string; page: string; person: { id: string; name: string }; signal?: AbortSignal | undefined },
): AsyncGenerator<NotesEvent, void> {
  const told = { revision: -1, present: '', links: 0 }
  app.presence.enter(captureId, page, person)
  try {
    for await (const view of app.notes.watch(captureId, sourceOf(app, captureId), signal)) {
      const present = JSON.stringify(view.present)
      const event: NotesEvent = {
        ...(view.revision === told.revision ? {} : { comments: view.comments }),
        ...(present === told.present ? {} : { present: view.present }),
        ...(view.links === told.links ? {} : { links: view.links }),
      }
      Object.assign(told, { revision: view.revision, present, links: view.links })
      if (Object.keys(event).length > 0) yield event
    }
  } finally {
    app.presence.leave(captureId, page, person.id)
  }
}

/** Reads the comments again only where they have changed: people come and go more often. */
function sourceOf(app: App, captureId: string) {
  let now: number | null = null
  let held: { revision: number; comments: CommentView[] } | null = null
  return {
    revision: async () => {
      now = await readCommentsRevision(app, captureId)
      return now === null ? null : `${now} ${app.presence.countLinks(captureId)} ${JSON.stringify(app.presence.list(captureId))}`
    },
    view: async (): Promise<NotesView> => {
      if (now === null) throw noSuchCapture()
      if (held?.revision !== now) held = { revision: now, comments: await readComments(app, captureId) }
      return { ...held, present: app.presence.list(captureId), links: app.presence.countLinks(captureId) }
    },
  }
}
