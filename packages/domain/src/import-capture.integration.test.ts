import { gunzipSync, gzipSync } from 'node:zlib'
import { type Actor, captureViewSchema, EMPTY_QUALITY, SondeError } from '@sonde/contract'
import { decodeProfile, encodeProfile } from '@sonde/profile'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { cancelCapture } from './cancel-capture.ts'
import { deleteCapture } from './delete-capture.ts'
import { getCapture } from './get-capture.ts'
import { getHost } from './get-host.ts'
import { type ImportedFile, importCapture } from './import-capture.ts'
import { listCaptures } from './list-captures.ts'
import { listHosts } from './list-hosts.ts'
import { readCounts } from './read-counts.ts'
import { readProfile } from './read-profile.ts'
import { readSyscalls } from './read-syscalls.ts'
import { rerunCapture } from './rerun-capture.ts'
import { startCapture } from './start-capture.ts'
import { createWorld, profileOf, SPEC, type World } from './testing/index.ts'

let world: World
let operator: Actor
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

const RECORDED_AT = Date.UTC(2024, 1, 29, 12)

/** What a reader would make of a file with these hosts, one sample for each stack. */
const fileOf =
  (hosts: { name: string; stacks: string[] }[], over: Partial<ImportedFile> = {}) =>
  async (prefix: string): Promise<ImportedFile> => ({
    format: 'perf-script',
    sizeBytes: 4321,
    startMs: RECORDED_AT,
    durationMs: 1_500,
    hosts: hosts.map(({ name, stacks }, place) => ({
      id: `${prefix}${place + 1}`,
      name,
      quality: { ...EMPTY_QUALITY, samples: stacks.length, notes: ['2 lines left out'] },
      chunks: [gzipSync(encodeProfile(profileOf(`${prefix}${place + 1}`, stacks, { startMs: RECORDED_AT })))],
    })),
    ...over,
  })
const importOf = (fileName: string, read = fileOf([{ name: 'db-1', stacks: ['main;work', 'main;rest'] }])) =>
  importCapture(operator, world.app, { fileName, read })
const codeOf = async (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'fine',
    (error) => (error instanceof SondeError ? error.code : `${error}`),
  )
const countOf = async (table: string) => Number((await world.app.db.pool.query(`SELECT count(*) AS n FROM ${table}`)).rows[0].n)

it('makes a capture that is done, says what file it was, and has its profile', async () => {
  const { id } = await importOf('/home/me/web\u202e 1.perf')
  const view = await getCapture(viewer, world.app, { id })
  expect(captureViewSchema.parse(view)).toMatchObject({
    title: 'web 1.perf',
    state: 'done',
    spec: { instruments: [], durationMs: 1_500 },
    source: { kind: 'import', fileName: 'web 1.perf', format: 'perf-script', sizeBytes: 4321 },
    createdBy: { name: 'Some operator' },
    resultVersion: { profile: 1, syscalls: 0 },
    targets: [{ hostName: 'db-1', state: 'done', recordedMs: 1_500, startedAt: new Date(RECORDED_AT), chunks: 1, commands: [] }],
  })
  expect(view.targets[0]?.quality).toMatchObject({ samples: 2, notes: ['2 lines left out'] })
  const profile = decodeProfile(gunzipSync((await readProfile(viewer, world.app, { id })).gzip))
  expect(profile.samples.length).toBe(2)
  // A file from years ago keeps its time: it is no host whose clock is wrong.
  expect(profile.meta.startMs).toBe(RECORDED_AT)
  expect(profile.hosts.id).toEqual([view.targets[0]?.hostId])
})

it('is listed and found like any other, by file, format and host', async () => {
  const host = await world.host('alpha')
  await startCapture(operator, world.app, { hostIds: [host.id], spec: SPEC, title: 'asked for' })
  await importOf('nightly.perf')
  const titles = async (search?: string) => (await listCaptures(viewer, world.app, { search })).items.map((item) => item.title)
  expect(await titles()).toEqual(['nightly.perf', 'asked for'])
  for (const search of ['nightly', 'perf-script', 'db-1', 'operator nightly'])
    expect(await titles(search), search).toEqual(['nightly.perf'])
  expect(await titles('alpha')).toEqual(['asked for'])
  const [item] = (await listCaptures(viewer, world.app, {})).items
  expect(item).toMatchObject({ samples: 2, state: 'done', source: { format: 'perf-script' }, hosts: [{ name: 'db-1' }] })
})

it('names hosts of the file without making hosts of them', async () => {
  const { id } = await importOf(
    'two.sonde',
    fileOf([
      { name: 'web', stacks: ['a'] },
      { name: '', stacks: ['b', 'c'] },
    ]),
  )
  const { targets } = await getCapture(viewer, world.app, { id })
  expect(targets.map((target) => target.hostName)).toEqual(['imported', 'web'])
  expect(decodeProfile(gunzipSync((await readProfile(viewer, world.app, { id })).gzip)).samples.length).toBe(3)
  expect(await listHosts(viewer, world.app, {})).toEqual([])
  for (const { hostId } of targets) {
    expect(await codeOf(getHost(viewer, world.app, { id: hostId }))).toBe('not-found')
    expect(await codeOf(startCapture(operator, world.app, { hostIds: [hostId], spec: SPEC }))).toBe('not-found')
  }
})

it('may hold the same file twice, and a host of the same name as a real one', async () => {
  const host = await world.host('db-1')
  const first = await importOf('same.txt')
  const second = await importOf('same.txt')
  expect(first.id).not.toBe(second.id)
  expect((await listHosts(viewer, world.app, {})).map((h) => h.id)).toEqual([host.id])
})

it('leaves nothing behind when it is deleted, and touches no other', async () => {
  const kept = await importOf('kept.txt')
  const gone = await importOf(
    'gone.txt',
    fileOf([
      { name: 'a', stacks: ['x'] },
      { name: 'b', stacks: ['y'] },
    ]),
  )
  await deleteCapture(operator, world.app, { id: gone.id })
  expect(await codeOf(getCapture(viewer, world.app, { id: gone.id }))).toBe('not-found')
  for (const table of ['captures', 'targets', 'chunks', 'hosts']) expect([table, await countOf(table)]).toEqual([table, 1])
  expect((await getCapture(viewer, world.app, { id: kept.id })).state).toBe('done')
})

it('cannot be run again or cancelled into another state; results that it has none of are empty', async () => {
  const { id } = await importOf('a.txt')
  expect(await codeOf(rerunCapture(operator, world.app, { id }))).toBe('conflict')
  await cancelCapture(operator, world.app, { id })
  expect((await getCapture(viewer, world.app, { id })).state).toBe('done')
  expect(await readSyscalls(viewer, world.app, { id })).toEqual({ hosts: [], untimed: 0 })
  expect((await readCounts(viewer, world.app, { id, search: '', by: 'row', measure: 'count', limit: 10 })).rows).toEqual([])
})

it('asks who it is before the file is read', async () => {
  let reads = 0
  const read = async (prefix: string) => {
    reads++
    return await fileOf([{ name: '', stacks: ['a'] }])(prefix)
  }
  const as = (actor: Actor) => codeOf(importCapture(actor, world.app, { fileName: 'x', read }))
  expect(await as(viewer)).toBe('forbidden')
  expect(await as({ kind: 'anonymous' })).toBe('not-signed-in')
  expect(reads).toBe(0)
  expect(await as(operator)).toBe('fine')
  expect(await as(await world.actor('admin'))).toBe('fine')
})

it('is all or nothing', async () => {
  const host = await world.host('victim')
  const broken = async (prefix: string): Promise<ImportedFile> => {
    const file = await fileOf([
      { name: 'a', stacks: ['x'] },
      { name: 'b', stacks: ['y'] },
    ])(prefix)
    // Another host's id, a double one, a part that is empty: whatever comes of a reader gone wrong.
    return { ...file, hosts: file.hosts.map((h, i) => (i === 1 ? { ...h, chunks: [new Uint8Array()] } : h)) }
  }
  const stolen = async (prefix: string): Promise<ImportedFile> => {
    const file = await fileOf([{ name: 'a', stacks: ['x'] }])(prefix)
    return { ...file, hosts: file.hosts.map((h) => ({ ...h, id: host.id })) }
  }
  const doubled = async (prefix: string): Promise<ImportedFile> => {
    const file = await fileOf([{ name: 'a', stacks: ['x'] }])(prefix)
    return { ...file, hosts: [...file.hosts, ...file.hosts] }
  }
  const fails = async (): Promise<ImportedFile> => {
    throw new SondeError('unprocessable', 'x.txt is none of the formats')
  }
  for (const read of [broken, stolen, doubled, fails]) expect(await codeOf(importOf('x.txt', read))).not.toBe('fine')
  for (const table of ['captures', 'targets', 'chunks']) expect([table, await countOf(table)]).toEqual([table, 0])
  expect(await countOf('hosts')).toBe(1)
})

it('keeps what the file says as text, whatever it is', async () => {
  const name = '<b>\u0000\ud800\u202e'
  const { id } = await importOf("'; DROP TABLE captures; --", fileOf([{ name, stacks: ['a'] }]))
  const view = await getCapture(viewer, world.app, { id })
  expect(view.title).toBe("'; DROP TABLE captures; --")
  expect(view.targets[0]?.hostName).toContain('<b>')
})
