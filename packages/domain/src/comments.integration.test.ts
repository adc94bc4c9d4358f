import { type Actor, COMMENT_LIMITS, type CommentPin, type NotesEvent, type SondeError } from '@sonde/contract'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { addComment } from './add-comment.ts'
import { deleteCapture } from './delete-capture.ts'
import { deleteComment } from './delete-comment.ts'
import { editComment } from './edit-comment.ts'
import { listComments } from './list-comments.ts'
import { countMentions, listMentions, seeMentions } from './list-mentions.ts'
import { listPeopleNames } from './people.ts'
import { reportPresence } from './report-presence.ts'
import { resolveComment } from './resolve-comment.ts'
import { createWorld, type World } from './testing/index.ts'
import { watchComments } from './watch-comments.ts'

type Person = Extract<Actor, { kind: 'user' }>
const onCapture: CommentPin = { on: 'capture' }
const onFrame: CommentPin = {
  on: 'frame',
  of: 'profile',
  groups: [{ kind: 'process', label: 'checkout (42)' }],
  host: 'web-1',
  labels: ['main', 'json_encode'],
  leftOut: 0,
  path: '1jh85oz0qcprv5',
  invert: false,
  view: 'v=1&zoom=124rmfe0k2b2lk',
}

let world: World
let captureId: string
let viewer: Person
let operator: Person
let admin: Person
beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world.close())
beforeEach(async () => {
  await world.clear()
  captureId = await world.capture([await world.host()])
  viewer = await world.actor('viewer')
  operator = await world.actor('operator')
  admin = await world.actor('admin')
})

async function write(author: Actor, text: string, more: { pin?: CommentPin; replyTo?: string; id?: string } = {}): Promise<string> {
  const { id = world.app.newId(), pin = onCapture, replyTo = null } = more
  return (await addComment(author, world.app, { id, captureId, text, pin, replyTo })).id
}
const texts = async () => (await listComments(viewer, world.app, { captureId })).map((comment) => comment.text)
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: SondeError) => error.code ?? error.name,
  )

describe('comments', () => {
  it('come back as they were written, oldest first, hostile text and pins included', async () => {
    const hostile = '<img src=x onerror=alert(1)> \u202Eevil\u0000 @[nobody] `code`\n\ud83d\ude00'
    await write(viewer, hostile, { pin: onFrame })
    await write(operator, 'x'.repeat(COMMENT_LIMITS.text))
    const [first, second] = await listComments(admin, world.app, { captureId })
    expect(first).toMatchObject({
      text: hostile.replace('\u0000', '\ufffd'),
      pin: onFrame,
      author: { id: viewer.userId, name: 'Some viewer' },
      mentions: [],
      replyTo: null,
      editedAt: null,
      deletedAt: null,
      resolvedAt: null,
    })
    expect(second?.text).toHaveLength(COMMENT_LIMITS.text)
  })

  it('are refused where they are empty, too long, pinned to too much, or on nothing', async () => {
    expect(await codeOf(write(viewer, ' \n '))).toBe('ZodError')
    expect(await codeOf(write(viewer, 'x'.repeat(COMMENT_LIMITS.text + 1)))).toBe('ZodError')
    const labels = Array.from({ length: 100 }, () => 'f'.repeat(400))
    expect(await codeOf(write(viewer, 'x', { pin: { ...onFrame, labels } as CommentPin }))).toBe('ZodError')
    expect(await codeOf(write(viewer, 'x', { pin: { on: 'window', fromMs: 5, toMs: 5, view: '' } }))).toBe('ZodError')
    expect(await codeOf(write(viewer, 'x', { replyTo: 'unknown-id-0000' }))).toBe('not-found')
    const elsewhere = { id: world.app.newId(), captureId: 'unknown-id-0000', text: 'x', pin: onCapture, replyTo: null }
    expect(await codeOf(addComment(viewer, world.app, elsewhere))).toBe('not-found')
    expect(await texts()).toEqual([])
  })

  it('are one where the request is repeated, and never take the place of another one', async () => {
    const id = await write(viewer, 'once')
    await write(viewer, 'once', { id })
    expect(await codeOf(write(operator, 'mine now', { id }))).toBe('conflict')
    expect(await texts()).toEqual(['once'])
  })

  it('have one level of answers, on what the thread is on', async () => {
    const first = await write(viewer, 'first', { pin: onFrame })
    const answer = await write(operator, 'answer', { replyTo: first })
    await write(viewer, 'answer to the answer', { replyTo: answer })
    const all = await listComments(viewer, world.app, { captureId })
    expect(all.map((comment) => comment.replyTo)).toEqual([null, first, first])
    for (const comment of all) expect(comment.pin).toEqual(onFrame)
  })

  it('are edited by their author alone, and deleted by the author or an administrator', async () => {
    const id = await write(viewer, 'draft')
    expect(await codeOf(editComment(operator, world.app, { id, text: 'not mine' }))).toBe('forbidden')
    expect(await codeOf(editComment(admin, world.app, { id, text: 'not mine' }))).toBe('forbidden')
    expect(await codeOf(deleteComment(operator, world.app, { id }))).toBe('forbidden')
    await editComment(viewer, world.app, { id, text: 'final' })
    expect((await listComments(viewer, world.app, { captureId }))[0]).toMatchObject({ text: 'final', editedAt: expect.any(Date) })
    await deleteComment(admin, world.app, { id })
    expect(await codeOf(deleteComment(viewer, world.app, { id }))).toBe('not-found')
    expect(await codeOf(editComment(viewer, world.app, { id, text: 'again' }))).toBe('not-found')
  })

  it('leave nothing of their text in the database when they are deleted, and their place only where they were answered', async () => {
    const lonely = await write(viewer, 'secret one')
    const answered = await write(viewer, `secret two @[${operator.userId}]`)
    const answer = await write(operator, 'an answer', { replyTo: answered })
    await deleteComment(viewer, world.app, { id: lonely })
    await deleteComment(viewer, world.app, { id: answered })
    expect(await texts()).toEqual(['', 'an answer'])
    expect(await countMentions(operator, world.app)).toEqual({ unseen: 0 })
    const { rows } = await world.app.db.pool.query("SELECT FROM comments WHERE text LIKE '%secret%'")
    expect(rows).toEqual([])
    await deleteComment(operator, world.app, { id: answer })
    expect(await texts()).toEqual([])
  })

  it('are resolved by the thread, by anyone, and taken up again', async () => {
    const id = await write(viewer, 'what is this?')
    const answer = await write(operator, 'the queue', { replyTo: id })
    expect(await codeOf(resolveComment(viewer, world.app, { id: answer, resolved: true }))).toBe('invalid')
    await resolveComment(operator, world.app, { id, resolved: true })
    const [resolved] = await listComments(viewer, world.app, { captureId })
    expect(resolved).toMatchObject({ resolvedAt: expect.any(Date), resolvedBy: { id: operator.userId } })
    await resolveComment(admin, world.app, { id, resolved: true })
    expect((await listComments(viewer, world.app, { captureId }))[0]?.resolvedBy?.id).toBe(operator.userId)
    await resolveComment(viewer, world.app, { id, resolved: false })
    expect((await listComments(viewer, world.app, { captureId }))[0]).toMatchObject({ resolvedAt: null, resolvedBy: null })
  })

  it('are for nobody who is not signed in, and gone with their capture', async () => {
    const id = await write(viewer, 'x')
    const anonymous: Actor = { kind: 'anonymous' }
    for (const work of [
      write(anonymous, 'x'),
      listComments(anonymous, world.app, { captureId }),
      editComment(anonymous, world.app, { id, text: 'x' }),
      deleteComment(anonymous, world.app, { id }),
      watchComments(anonymous, world.app, { captureId, page: 'page-one' }),
      listMentions(anonymous, world.app),
      listPeopleNames(anonymous, world.app),
    ])
      expect(await codeOf(work)).toBe('not-signed-in')
    await deleteCapture(admin, world.app, { id: captureId })
    expect(await codeOf(listComments(viewer, world.app, { captureId }))).toBe('not-found')
    expect(await codeOf(editComment(viewer, world.app, { id, text: 'x' }))).toBe('not-found')
    expect(await codeOf(write(viewer, 'x'))).toBe('not-found')
  })
})

describe('mentions', () => {
  it('reach whoever is mentioned, with the way to the note, until they have seen it', async () => {
    const id = await write(viewer, `look, @[${operator.userId}] and @[${operator.userId}] and @[${viewer.userId}] and @[nobody-at-all]`, {
      pin: onFrame,
    })
    expect(await countMentions(operator, world.app)).toEqual({ unseen: 1 })
    expect(await countMentions(viewer, world.app)).toEqual({ unseen: 0 }) // nobody mentions themselves
    const { items, total } = await listMentions(operator, world.app)
    expect(total).toBe(1)
    expect(items[0]).toMatchObject({ commentId: id, captureId, author: { id: viewer.userId }, view: onFrame.view, seenAt: null })
    expect(items[0]?.mentions.map((one) => one.id).sort()).toEqual([operator.userId, viewer.userId].sort())
    await seeMentions(viewer, world.app, { captureId: null })
    await seeMentions(operator, world.app, { captureId: 'another-capture' })
    expect(await countMentions(operator, world.app)).toEqual({ unseen: 1 })
    await seeMentions(operator, world.app, { captureId })
    expect(await countMentions(operator, world.app)).toEqual({ unseen: 0 })
    expect((await listMentions(operator, world.app)).items[0]?.seenAt).toBeInstanceOf(Date)
  })

  it('follow the text when it is edited: new ones are told, old ones stay seen, gone ones go', async () => {
    const id = await write(viewer, `@[${operator.userId}]`)
    await seeMentions(operator, world.app, { captureId })
    await editComment(viewer, world.app, { id, text: `@[${operator.userId}] @[${admin.userId}]` })
    expect(await countMentions(operator, world.app)).toEqual({ unseen: 0 })
    expect(await countMentions(admin, world.app)).toEqual({ unseen: 1 })
    await editComment(viewer, world.app, { id, text: 'nobody' })
    expect((await listMentions(admin, world.app)).total).toBe(0)
  })

  it('are bounded in a note', async () => {
    const many = Array.from({ length: COMMENT_LIMITS.mentions + 1 }, (_, i) => `@[person-${i}]`).join(' ')
    expect(await codeOf(write(viewer, many))).toBe('invalid')
    expect(await texts()).toEqual([])
  })
})

describe('watching comments', () => {
  const next = async (feed: AsyncGenerator<NotesEvent, void>): Promise<NotesEvent> => {
    const { value } = await feed.next()
    if (!value) throw new Error('the feed has ended')
    return value
  }
  async function until(feed: AsyncGenerator<NotesEvent, void>, isIt: (event: NotesEvent) => boolean): Promise<NotesEvent> {
    for (;;) {
      const event = await next(feed)
      if (isIt(event)) return event
    }
  }

  it('tells of notes, edits, deletions and of who is there, and only what has changed', async () => {
    const feed = await watchComments(viewer, world.app, { captureId, page: 'page-one' })
    const first = await next(feed)
    expect(first.comments).toEqual([])
    expect(first.present?.map((one) => one.id)).toEqual([viewer.userId])
    const id = await write(operator, 'hello')
    const added = await until(feed, (event) => event.comments !== undefined)
    expect(added.comments?.map((comment) => comment.text)).toEqual(['hello'])
    expect(added.present).toBeUndefined()
    await editComment(operator, world.app, { id, text: 'hello again' })
    expect((await until(feed, (event) => event.comments !== undefined)).comments?.[0]?.text).toBe('hello again')
    await deleteComment(operator, world.app, { id })
    expect((await until(feed, (event) => event.comments !== undefined)).comments).toEqual([])

    const abort = new AbortController()
    const theirs = await watchComments(operator, world.app, { captureId, page: 'page-two', signal: abort.signal })
    await next(theirs)
    const come = await until(feed, (event) => event.present?.length === 2)
    expect(come.comments).toBeUndefined()
    await reportPresence(operator, world.app, { captureId, page: 'page-two', pane: 'flame' })
    expect((await until(feed, (event) => event.present?.[1]?.pane === 'flame')).present?.[1]?.name).toBe('Some operator')
    abort.abort()
    expect((await theirs.next()).done).toBe(true)
    await until(feed, (event) => event.present?.length === 1)
    await feed.return()
    expect(world.app.notes.active).toBe(0)
    expect(world.app.presence.list(captureId)).toEqual([])
  })

  it('ends with an error when the capture is deleted, and does not begin where there is none', async () => {
    const feed = await watchComments(viewer, world.app, { captureId, page: 'page-one' })
    await next(feed)
    await deleteCapture(admin, world.app, { id: captureId })
    expect(await codeOf(feed.next())).toBe('not-found')
    expect(world.app.presence.list(captureId)).toEqual([])
    expect(await codeOf(watchComments(viewer, world.app, { captureId, page: 'page-one' }))).toBe('not-found')
  })
})

it('names of people are all that a reader gets to know of them', async () => {
  expect(await listPeopleNames(viewer, world.app)).toContainEqual({ id: admin.userId, name: 'Some admin' })
})
