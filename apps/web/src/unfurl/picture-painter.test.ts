import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { SondeError } from '@sonde/contract'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { PicturePainter } from './picture-painter.ts'
import type { PictureRequest } from './picture-request.ts'
import { graphRequest } from './testing/picture-requests.ts'

const web = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..')
/** The real bundle, away from the repository: it must need nothing beside it. */
const folder = mkdtempSync(path.join(tmpdir(), 'sonde-painter-'))
const bundle = path.join(folder, 'picture-thread.cjs')
/** A thread that does what the request's title says: the faults that the real one cannot be made to have. */
const faulty = path.join(folder, 'faulty.mjs')
beforeAll(() => {
  execFileSync(process.execPath, [path.join(web, 'build-workers.mjs'), folder], { stdio: 'inherit' })
  writeFileSync(
    faulty,
    `import { parentPort } from 'node:worker_threads'
parentPort.on('message', ({ id, request }) => {
  if (request.title === 'hang') for (;;);
  if (request.title === 'exit') process.exit(3)
  if (request.title === 'throw') throw new Error('broken')
  setTimeout(() => parentPort.postMessage({ id, png: new TextEncoder().encode(request.title) }), 5)
})`,
  )
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let painter: PicturePainter
afterEach(() => painter.close())
const titled = (title: string): PictureRequest => ({ ...graphRequest(), title })
const refusal = async (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'drawn',
    (error) => (error instanceof SondeError ? error.code : String(error)),
  )

describe('PicturePainter', () => {
  it('draws with the real thread, without blocking this one', async () => {
    painter = new PicturePainter({ bundle })
    painter.warm()
    let ticks = 0
    const timer = setInterval(() => ticks++, 5)
    const [a, b] = await Promise.all([painter.paint(graphRequest()), painter.paint(titled('another'))])
    clearInterval(timer)
    expect(a.subarray(1, 4).toString()).toBe('PNG')
    expect(a.equals(b)).toBe(false)
    expect(ticks).toBeGreaterThan(3)
    const broken = graphRequest()
    if (broken.main.kind === 'graph') broken.main.profile = new Uint8Array([9])
    expect(await refusal(painter.paint(broken))).toBe('internal')
    expect((await painter.paint(graphRequest())).equals(a)).toBe(true)
  })

  it('ends a thread that hangs, and the next picture comes from a new one', async () => {
    painter = new PicturePainter({ bundle: faulty, timeoutMs: 300 })
    const results = [painter.paint(titled('hang')), painter.paint(titled('after'))]
    expect(await refusal(results[0] as Promise<Buffer>)).toBe('timeout')
    expect((await results[1])?.toString()).toBe('after')
  })

  it.each(['exit', 'throw'])('goes on after a thread that ended: %s', async (fault) => {
    painter = new PicturePainter({ bundle: faulty })
    expect(await refusal(painter.paint(titled(fault)))).toBe('internal')
    expect((await painter.paint(titled('next'))).toString()).toBe('next')
  })

  it('refuses what would wait too long', async () => {
    painter = new PicturePainter({ bundle: faulty, waiting: 2 })
    const all = ['a', 'b', 'c', 'd'].map((title) => painter.paint(titled(title)))
    expect(await Promise.all(all.map(refusal))).toEqual(['drawn', 'drawn', 'drawn', 'conflict'])
  })

  it('lets its thread go when nothing is to draw', async () => {
    painter = new PicturePainter({ bundle: faulty, idleMs: 30 })
    await painter.paint(titled('a'))
    await new Promise((resolve) => setTimeout(resolve, 120))
    expect((await painter.paint(titled('b'))).toString()).toBe('b')
  })
})
