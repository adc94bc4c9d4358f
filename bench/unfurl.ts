/**
 * What the picture of a shared link costs, through the route itself on a real Postgres:
 *
 *   npx tsx bench/unfurl.ts [--runs 9]
 *
 * cold: nothing is kept, neither the merged profile nor the picture, and the drawing thread is to be started. view: another view of a
 * capture that was just looked at. cached: the same picture again. not modified: with its ETag. `CPU`: what cold took on all
 * threads, which says more than wall time on a busy machine. `loop`: the longest that the web process did nothing else meanwhile.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { type App, createShare, importCapture } from '@sonde/domain'
import { createWorld, type World } from '@sonde/domain/testing'
import { syntheticProfile } from '@sonde/profile'
import { GET } from '../apps/web/src/app/s/[token]/picture/route.ts'
import { hostParts } from '../apps/web/src/file-reader/host-parts.ts'
import { READ_LIMITS } from '../apps/web/src/file-reader/read-limits.ts'
import { PictureCache } from '../apps/web/src/unfurl/picture-cache.ts'
import { PicturePainter } from '../apps/web/src/unfurl/picture-painter.ts'
import { machineFacts } from './machine-facts.ts'
import { median } from './median.ts'

const { values } = parseArgs({ options: { runs: { type: 'string', default: '9' } } })
const runs = Number(values.runs)

const CAPTURES = [
  { name: '3,000 samples, 1 host', options: { samples: 3_000, hosts: 1 } },
  { name: '100,000 samples, 8 hosts', options: { samples: 100_000, hosts: 8 } },
  { name: '1,000,000 frames, 8 hosts', options: { nodes: 1_000_000, hosts: 8 } },
] as const

const web = path.join(import.meta.dirname, '../apps/web')
const folder = mkdtempSync(path.join(tmpdir(), 'sonde-bench-'))
execFileSync(process.execPath, [path.join(web, 'build-workers.mjs'), folder], { stdio: 'inherit' })

/** What getApp and pictureService keep for a process, as it is after a start. */
let painter: PicturePainter | null = null
async function forget(world: World, app: App): Promise<void> {
  await painter?.close()
  painter = new PicturePainter({ bundle: path.join(folder, 'picture-thread.cjs') })
  // A cache of its own for each run: what is kept of one capture is kept by its id.
  for (const kind of ['profile', 'offcpu']) for (const id of await idsOf(world)) app.profiles.drop(`${id}/${kind}`)
  Object.assign(globalThis, { sondeApp: app, sondePictures: { cache: new PictureCache(50_000_000), painter } })
}
const idsOf = async (world: World): Promise<string[]> =>
  (await world.app.db.pool.query<{ id: string }>('SELECT id FROM captures')).rows.map(({ id }) => id)

async function ask(
  token: string,
  query = '',
  etag?: string,
): Promise<{ ms: number; cpuMs: number; loopMs: number; response: Response; bytes: number }> {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const cpu = process.cpuUsage()
  const start = performance.now()
  const headers = etag === undefined ? {} : { 'if-none-match': etag }
  const response = await GET(new Request(`http://web.test/s/${token}/picture${query}`, { headers }), { params: Promise.resolve({ token }) })
  const { byteLength } = await response.arrayBuffer()
  const ms = performance.now() - start
  const { user, system } = process.cpuUsage(cpu)
  // A turn more, so that a blocked one is counted.
  await new Promise((resolve) => setTimeout(resolve, 5))
  delay.disable()
  if (response.status !== (etag === undefined ? 200 : 304)) throw new Error(`the picture was answered with ${response.status}`)
  return { ms, cpuMs: (user + system) / 1_000, loopMs: delay.max / 1e6, response, bytes: byteLength }
}

const row = (all: readonly number[]): string => `${median(all).toFixed(0)} (${Math.min(...all).toFixed(0)}–${Math.max(...all).toFixed(0)})`

const world = await createWorld()
try {
  console.log(`${machineFacts()}\nn = ${runs}, ms, median (min–max)\n`)
  console.log('| capture | cold | CPU | loop | view | cached | not modified | PNG, kB |\n|---|---|---|---|---|---|---|---|')
  const operator = await world.actor('operator')
  for (const { name, options } of CAPTURES) {
    const profile = syntheticProfile({ ...options, seed: 7 })
    const read = async (prefix: string) => ({
      format: 'folded',
      startMs: profile.meta.startMs,
      durationMs: profile.meta.durationMs,
      sizeBytes: 1,
      hosts: await hostParts(profile, prefix, [], { ...READ_LIMITS, profileBytes: 512 * 1024 * 1024 }),
    })
    const { id } = await importCapture(operator, world.app, { fileName: name, read })
    const { url } = await createShare(operator, world.app, { id })
    const token = url.slice(url.lastIndexOf('/') + 1)
    const times = {
      cold: [] as number[],
      cpu: [] as number[],
      loop: [] as number[],
      view: [] as number[],
      cached: [] as number[],
      notModified: [] as number[],
    }
    let kB = 0
    for (let run = 0; run < runs; run++) {
      await forget(world, world.app)
      const cold = await ask(token)
      times.cold.push(cold.ms)
      times.cpu.push(cold.cpuMs)
      times.loop.push(cold.loopMs)
      kB = cold.bytes / 1_000
      times.view.push((await ask(token, `?v=1&search=json${run}&layout=flame`)).ms)
      times.cached.push((await ask(token)).ms)
      times.notModified.push((await ask(token, '', cold.response.headers.get('etag') ?? '')).ms)
    }
    console.log(
      `| ${name} | ${row(times.cold)} | ${row(times.cpu)} | ${row(times.loop)} | ${row(times.view)} | ${row(times.cached)} | ${row(times.notModified)} | ${kB.toFixed(0)} |`,
    )
  }
} finally {
  await (painter as PicturePainter | null)?.close()
  await world.close()
  rmSync(folder, { recursive: true, force: true })
}
