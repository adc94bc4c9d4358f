import { type Actor, compareHref, MAX_INCIDENT_COMMENTS, MAX_INCIDENT_ITEMS, selectionSchema } from '@sonde/contract'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { addComment } from './add-comment.ts'
import { deleteCapture } from './delete-capture.ts'
import { addIncidentItem, removeIncidentItem, updateIncidentItem } from './incident-items.ts'
import { exportIncident } from './incident-markdown.ts'
import { createIncident, deleteIncident, listIncidents, updateIncident } from './incidents.ts'
import { listCaptures } from './list-captures.ts'
import { readIncident } from './read-incident.ts'
import { createWorld, type World } from './testing/index.ts'

let world: World
let operator: Extract<Actor, { kind: 'user' }>
let viewer: Actor
beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world.close())
beforeEach(async () => {
  await world.clear()
  operator = await world.actor('operator')
  viewer = await world.actor('viewer')
})

const compared = (a: string, b: string) =>
  compareHref({ a: selectionSchema.parse({ capture: a }), b: selectionSchema.parse({ capture: b }) }).split('?')[1] ?? ''

async function incidentOfAll(): Promise<{ id: string; one: string; two: string }> {
  const host = await world.host('web-1')
  const [one, two] = [await world.capture([host]), await world.capture([host])]
  const { id } = await createIncident(operator, world.app, { title: 'Writes like mad' })
  const add = (item: Parameters<typeof addIncidentItem>[2]['item']) => addIncidentItem(operator, world.app, { incidentId: id, item })
  await add({ kind: 'comparison', view: `${compared(one, two)}&search=json&nonsense=1`, text: 'worse since' })
  await add({ kind: 'capture', captureId: one, view: 'v=1&search=fsync&nonsense=1', text: '' })
  await add({ kind: 'note', text: 'The queue is down', at: new Date('2020-01-02T03:04:00Z') })
  return { id, one, two }
}

describe('an incident', () => {
  it('collects captures, comparisons and notes in the order of time, with links to what was seen', async () => {
    const { id, one, two } = await incidentOfAll()
    const incident = await readIncident(viewer, world.app, { id })
    expect(incident).toMatchObject({ title: 'Writes like mad', state: 'open', captures: 1, comparisons: 1, notes: 1, closedAt: null })
    expect(incident.items.map((item) => [item.kind, item.text, item.href])).toEqual([
      ['note', 'The queue is down', null],
      ['capture', '', `/captures/${one}?v=1&search=fsync`],
      ['comparison', 'worse since', `/compare?a=${one}&b=${two}&search=json`],
    ])
    expect(incident.items[1]?.capture).toMatchObject({ id: one, title: 'CPU profile of web-1', hosts: 1, state: 'queued' })
  })

  it('is changed, closed and opened again; found by its notes', async () => {
    const { id } = await incidentOfAll()
    const other = await createIncident(operator, world.app, { title: 'Another' })
    await updateIncident(operator, world.app, { id, summary: 'Because of the queue', state: 'closed' })
    expect(await readIncident(viewer, world.app, { id })).toMatchObject({
      title: 'Writes like mad',
      state: 'closed',
      closedAt: expect.any(Date),
    })
    expect((await listIncidents(viewer, world.app, {})).items.map((item) => item.id)).toEqual([other.id, id])
    await updateIncident(operator, world.app, { id, state: 'open' })
    expect(await readIncident(viewer, world.app, { id })).toMatchObject({ state: 'open', closedAt: null, summary: 'Because of the queue' })
    for (const search of ['mad queue', 'QUEUE down', 'because']) {
      expect((await listIncidents(viewer, world.app, { search })).items.map((item) => item.id)).toEqual([id])
    }
    expect(await listIncidents(viewer, world.app, { search: '100%' })).toEqual({ items: [], more: 0 })
  })

  it('shows what people noted on its captures, names for mentions, and how many more there are', async () => {
    const { id, one } = await incidentOfAll()
    const note = (text: string) =>
      addComment(viewer, world.app, { id: world.app.newId(), captureId: one, text, pin: { on: 'capture' }, replyTo: null })
    await note(`look # here, @[${operator.userId}] @[nobody]`)
    const item = (await readIncident(viewer, world.app, { id })).items.find(({ kind }) => kind === 'capture')
    expect(item?.comments).toMatchObject({ items: [{ author: 'Some viewer', text: 'look # here, @Some operator @[nobody]' }], more: 0 })
    expect((await exportIncident(viewer, world.app, { id })).markdown).toMatch(
      /\n {2}- Some viewer, [\d: -]+ UTC: look \\# here, \\@Some operator/,
    )
    for (let i = 0; i < MAX_INCIDENT_COMMENTS + 2; i++) await note('again')
    expect((await readIncident(viewer, world.app, { id })).items.find(({ kind }) => kind === 'capture')?.comments.more).toBe(3)
    expect((await listCaptures(viewer, world.app, { search: 'note:"look #"' })).items.map((found) => found.id)).toEqual([one])
  })

  it('keeps the place of a capture that was deleted', async () => {
    const { id, one } = await incidentOfAll()
    await deleteCapture(await world.actor('admin'), world.app, { id: one })
    const gone = (await readIncident(viewer, world.app, { id })).items.find((item) => item.kind === 'capture')
    expect(gone).toMatchObject({ title: 'CPU profile of web-1', capture: null, href: null })
    expect((await exportIncident(viewer, world.app, { id })).markdown).toContain('CPU profile of web\\-1, which was deleted')
  })

  it('lets its things be changed and taken away', async () => {
    const { id } = await incidentOfAll()
    const [note, capture] = (await readIncident(viewer, world.app, { id })).items
    await updateIncidentItem(operator, world.app, { id: note?.id ?? '', text: 'It is up again', at: new Date('2030-01-01T00:00:00Z') })
    await removeIncidentItem(operator, world.app, { id: capture?.id ?? '' })
    expect((await readIncident(viewer, world.app, { id })).items.map((item) => item.text)).toEqual(['worse since', 'It is up again'])
    await expect(updateIncidentItem(operator, world.app, { id: note?.id ?? '', text: ' ' })).rejects.toMatchObject({ code: 'invalid' })
    await expect(removeIncidentItem(operator, world.app, { id: capture?.id ?? '' })).rejects.toMatchObject({ code: 'not-found' })
    expect((await readIncident(viewer, world.app, { id })).items.at(-1)?.text).toBe('It is up again')
  })

  it('refuses what is not there, what is none, and more than it holds', async () => {
    const { id } = await createIncident(operator, world.app, { title: 'x' })
    const add = (item: Parameters<typeof addIncidentItem>[2]['item'], incidentId = id) =>
      addIncidentItem(operator, world.app, { incidentId, item })
    await expect(add({ kind: 'note', text: 'x' }, 'no-such-incident')).rejects.toMatchObject({ code: 'not-found' })
    await expect(add({ kind: 'capture', captureId: 'no-such-capture', view: '', text: '' })).rejects.toMatchObject({ code: 'not-found' })
    await expect(add({ kind: 'comparison', view: 'a=javascript:alert(1)', text: '' })).rejects.toMatchObject({ code: 'invalid' })
    await expect(add({ kind: 'comparison', view: compared('no-such-capture', 'no-such-capture'), text: '' })).rejects.toMatchObject({
      code: 'not-found',
    })
    await world.app.db.pool.query(
      `INSERT INTO incident_items (id, incident_id, kind, at) SELECT 'item-' || n, $1, 'note', now() FROM generate_series(1, $2) n`,
      [id, MAX_INCIDENT_ITEMS],
    )
    await expect(add({ kind: 'note', text: 'one more' })).rejects.toMatchObject({ code: 'conflict' })
  })

  it('is deleted by who began it, or an admin', async () => {
    const { id } = await createIncident(operator, world.app, { title: 'x' })
    await expect(deleteIncident(await world.actor('operator'), world.app, { id })).rejects.toMatchObject({ code: 'forbidden' })
    await deleteIncident(operator, world.app, { id })
    await expect(readIncident(viewer, world.app, { id })).rejects.toMatchObject({ code: 'not-found' })
  })
})

describe('as Markdown', () => {
  it('is a document with absolute links, by day', async () => {
    const { id, one, two } = await incidentOfAll()
    await updateIncident(operator, world.app, { id, summary: 'First.\n\nThen # that.' })
    const { title, markdown } = await exportIncident(viewer, world.app, { id })
    expect(title).toBe('Writes like mad')
    expect(markdown).toMatch(
      /^# Writes like mad\n\nOpen\. Begun \d{4}-\d\d-\d\d \d\d:\d\d UTC by Some operator\. <http:\/\/web\.test\/incidents\/\w+>\n\nFirst\.\n\nThen \\# that\.\n\n## 2020-01-02\n\n- \*\*03:04 UTC\*\* Note \(Some operator\)\n\n {2}The queue is down\n\n## /,
    )
    expect(markdown).toContain(
      `[CPU profile of web\\-1](<http://web.test/captures/${one}?v=1&search=fsync>): 1 host, queued (Some operator)`,
    )
    expect(markdown).toContain(`(<http://web.test/compare?a=${one}&b=${two}&search=json>) (Some operator)\n\n  worse since`)
  })
})
