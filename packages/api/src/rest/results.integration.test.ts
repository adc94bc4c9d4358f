import { gunzipSync } from 'node:zlib'
import { acceptTarget, claimWork, finishTarget, runTarget, storeChunk } from '@sonde/domain'
import {
  countersOf,
  countsOf,
  EVERY_COLLECTOR,
  eventsOf,
  jsonChunk,
  latencyOf,
  manifestOf,
  profileChunk,
  profileOf,
  QUALITY,
  refOf,
  snapshotOf,
  syscallsChunk,
} from '@sonde/domain/testing'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openApiDocument } from './open-api.ts'
import { OPERATIONS } from './operations.ts'
import { codeOf, createRestWorld, jsonOf, type RestWorld } from './testing/rest-world.ts'

let rest: RestWorld
let token: string
let captureId: string
let hostId: string

/** A capture of one host that recorded something of everything. */
beforeAll(async () => {
  rest = await createRestWorld()
  const { world } = rest
  token = await rest.tokenOf('viewer', ['captures:read', 'hosts:read'])
  const host = await world.host('web-1')
  hostId = host.id
  captureId = await world.capture([host], EVERY_COLLECTOR)
  await claimWork(host, world.app)
  await acceptTarget(host, world.app, refOf(captureId))
  await runTarget(host, world.app, refOf(captureId), { commands: [] })
  const chunks = [
    profileChunk(0, profileOf(host.id, ['main;work;write', 'main;work', 'main;idle'], { startMs: Date.now() })),
    syscallsChunk(1, snapshotOf(5)),
    jsonChunk(2, 'counts', countsOf(3)),
    jsonChunk(3, 'latency', latencyOf([[10, 4]])),
    jsonChunk(4, 'events', eventsOf([1, 2, 3])),
    jsonChunk(5, 'counters', countersOf(1_000)),
  ]
  for (const chunk of chunks) await storeChunk(host, world.app, refOf(captureId), chunk)
  await finishTarget(host, world.app, refOf(captureId), { manifest: manifestOf(chunks), recordedMs: 2_000, quality: QUALITY })
})
afterAll(() => rest.world.close())

const get = (path: string) => rest.send(path, { token })
const profile = (query: string) => get(`/captures/${captureId}/profile${query}`)

describe('results', () => {
  it('are what the OpenAPI document says', async () => {
    const document = JSON.parse(JSON.stringify(openApiDocument(OPERATIONS, 'https://sonde.example')))
    const ajv = new Ajv2020({ strict: false, allErrors: true })
    addFormats.default(ajv)
    const answers: Record<string, string> = {
      '/me': '/me',
      '/hosts': '/hosts',
      '/hosts/{id}': `/hosts/${hostId}`,
      '/recipes': '/recipes',
      '/recipes/{id}': '/recipes/cpu-profile',
      '/captures': '/captures',
      '/captures/{id}': `/captures/${captureId}`,
      ...Object.fromEntries(
        ['syscalls', 'counts', 'latency', 'events', 'counters'].map((kind) => [`/captures/{id}/${kind}`, `/captures/${captureId}/${kind}`]),
      ),
    }
    for (const [template, path] of Object.entries(answers)) {
      const answer = await jsonOf(await get(path))
      const validate = ajv.compile(document.paths[template].get.responses[200].content['application/json'].schema)
      expect([template, validate(answer), validate.errors]).toEqual([template, true, null])
      // The schema can say no.
      expect([template, validate({ ...answer, items: 1, id: 1, hosts: 1, person: 1 })]).toEqual([template, false])
    }
    expect(rest.errors).toEqual([])
  })

  it('of stacks are files that other tools read', async () => {
    const folded = await profile('')
    expect(folded.headers.get('content-disposition')).toBe(`attachment; filename="sonde-${captureId}.folded.txt"`)
    expect((await folded.text()).split('\n').filter((line) => /^app;.*main;.* 1$/.test(line))).toHaveLength(3)
    const speedscope = await jsonOf(await profile('?format=speedscope'))
    const weights: number[] = speedscope.profiles.flatMap((one: { weights: number[] }) => one.weights)
    expect([weights.length, speedscope.shared.frames.map((frame: { name: string }) => frame.name).includes('work')]).toEqual([3, true])
    expect(await (await profile('?format=perf-script')).text()).toMatch(/^app +42/m)
    for (const format of ['pprof', 'sonde']) {
      const response = await profile(`?format=${format}`)
      expect(gunzipSync(Buffer.from(await response.arrayBuffer())).includes('main')).toBe(true)
    }
  })

  it('of stacks are narrowed as the page narrows them', async () => {
    const lines = async (query: string) => (await (await profile(query)).text()).split('\n').filter(Boolean)
    expect(await lines(`?host=${hostId}`)).toHaveLength(3)
    expect(await lines('?host=another')).toEqual([])
    expect(await lines(`?process=${hostId}:42`)).toHaveLength(3)
    expect(await lines(`?process=${hostId}:43`)).toEqual([])
    expect(await lines('?window=0-15')).toHaveLength(2)
  })

  it('that are not there say so', async () => {
    const waits = await profile('?kind=offcpu')
    expect([waits.status, await codeOf(waits)]).toEqual([422, 'unprocessable'])
  })
})
