import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Actor, type CaptureViewState, captureSpecSchema, DEFAULT_VIEW_STATE, patchView, specOfRecipe } from '@sonde/contract'
import { type AgentHost, getCapture } from '@sonde/domain'
import {
  countersOf,
  countsOf,
  createWorld,
  EVERY_COLLECTOR,
  eventsOf,
  jsonChunk,
  latencyOf,
  profileChunk,
  profileOf,
  snapshotOf,
  syscallsChunk,
  type World,
} from '@sonde/domain/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { collectPicture } from './collect-picture.ts'
import { readGraph } from './graph-part.ts'
import type { PictureRequest } from './picture-request.ts'
import { loadFonts, renderPicture } from './render-picture.ts'
import { recordCapture } from './testing/recorded-capture.ts'

let world: World
let viewer: Actor
let hosts: AgentHost[]
beforeAll(async () => {
  loadFonts(path.join(path.dirname(fileURLToPath(import.meta.resolve('geist/font/mono'))), 'fonts'))
  world = await createWorld()
})
afterAll(() => world.close())
beforeEach(async () => {
  await world.clear()
  viewer = await world.actor('viewer')
  hosts = [await world.host('alpha'), await world.host('beta')]
})

const chunksOf = (host: AgentHost) => [
  profileChunk(0, profileOf(host.id, ['main;parse', 'main;parse', 'main;render'])),
  syscallsChunk(1, snapshotOf(30)),
  jsonChunk(
    2,
    'latency',
    latencyOf([
      [10, 5],
      [14, 1],
    ]),
  ),
  jsonChunk(3, 'counts', countsOf(7)),
  jsonChunk(4, 'events', eventsOf([100, 200, 4_000])),
  jsonChunk(5, 'counters', countersOf(1_000)),
  profileChunk(6, profileOf(host.id, ['main;wait'], { unit: 'ns' }), 'offcpu'),
]

async function recorded(over: Partial<Parameters<typeof recordCapture>[3]> = {}): Promise<string> {
  const id = await world.capture(hosts, EVERY_COLLECTOR)
  await recordCapture(world, id, hosts, { chunks: chunksOf, ...over })
  return id
}

async function pictureOf(id: string, view: Partial<CaptureViewState> = {}): Promise<PictureRequest> {
  const capture = await getCapture(viewer, world.app, { id })
  const source = { actor: viewer, app: world.app, capture, view: patchView(DEFAULT_VIEW_STATE, view) }
  return await collectPicture(source, { theme: 'light', title: capture.title })
}
const numbersOf = ({ main, numbers }: PictureRequest): string =>
  [...(main.kind === 'graph' ? readGraph(main).numbers : []), ...numbers]
    .map(({ value, label }) => `${value} ${label}`.replaceAll('\u00a0', ' '))
    .join(', ')

describe('collectPicture', () => {
  it('is the flame graph of all hosts with its numbers, beside the system calls', async () => {
    const picture = await pictureOf(await recorded())
    expect(picture.main.kind).toBe('graph')
    expect(picture.side?.rows[0]?.cells).toEqual(['write', '60', { text: '0', tone: 'muted' }])
    expect(numbersOf(picture)).toMatch(/^6 samples, 60\.6 ms of CPU, 2 hosts, [\d.]+ s recorded, 60 syscalls, 0 failed$/)
    expect(picture.byline).toMatch(/^2 hosts · Some operator · \d{1,2} \w{3,4} \d{4}, \d\d:\d\d UTC$/)
    expect(picture.narrowed).toEqual([])
    expect((await renderPicture(picture)).length).toBeGreaterThan(10_000)
  })

  it('is narrowed as the view is, and says so', async () => {
    const id = await recorded()
    const [alpha] = hosts
    const ofHost = await pictureOf(id, { host: alpha?.id ?? '' })
    expect(numbersOf(ofHost)).toMatch(/^3 samples/)
    expect(ofHost.side?.rows[0]?.cells[1]).toBe('30')
    expect(ofHost.narrowed).toEqual(['alpha'])
    // Hosts are laid where the server saw each begin: beta a moment later.
    const inTime = await pictureOf(id, { window: '5-15' })
    expect(numbersOf(inTime)).toMatch(/^1 sample, .* 10 ms of /)
    expect(inTime.narrowed).toEqual(['5\u00a0ms to 15\u00a0ms'])
    const ofProcess = await pictureOf(id, { process: `${alpha?.id}:42` })
    if (ofProcess.main.kind !== 'graph') throw new Error('not a graph')
    expect(readGraph(ofProcess.main).narrowed).toEqual(['app 42'])
    const searched = await pictureOf(id, { search: 'parse' })
    if (searched.main.kind !== 'graph') throw new Error('not a graph')
    expect(readGraph(searched.main).narrowed).toEqual(['search “parse”: 66.7 %'])
  })

  it.each([
    ['offcpu', 'graph', /^2\.00 ns|^2 ns/],
    ['latency', 'bars', /^12 spans, ≈ .* p50, ≈ .* p99/],
    ['counts', 'table', /^28 events, .*\/s/],
    ['events', 'bars', /^6 events/],
    ['counters', 'table', /^2 hosts/],
    ['syscalls', 'table', /^60 syscalls, 0 failed/],
    ['functions,heat,odd', 'graph', /^6 samples/],
  ] as const)('shows %s as a %s of its own', async (panes, kind, numbers) => {
    const picture = await pictureOf(await recorded(), { panes })
    expect(picture.main.kind).toBe(kind)
    expect(numbersOf(picture)).toMatch(numbers)
    expect((await renderPicture(picture)).length).toBeGreaterThan(8_000)
  })

  it('shows what was lost, and that it still records', async () => {
    const lost = await pictureOf(await recorded({ quality: { samples: 6, lostSamples: 2_103 } }))
    expect(lost.badges).toContainEqual({ label: '4,206 samples lost', isWarning: true })
    const running = await pictureOf(await recorded({ finish: false }))
    expect(numbersOf(running)).toContain('still recording')
  })

  it('says that there is nothing, where there is nothing', async () => {
    const spec = captureSpecSchema.parse(specOfRecipe('syscall-breakdown', { durationMs: 5_000 }))
    const id = await world.capture(hosts, spec)
    const picture = await pictureOf(id)
    expect(picture.main).toEqual({ kind: 'empty', text: 'No system call in this selection' })
    expect((await renderPicture(picture)).length).toBeGreaterThan(3_000)
  })
})
