import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync, gzipSync } from 'node:zlib'
import { SondeError } from '@sonde/contract'
import type { ImportedFile } from '@sonde/domain'
import { decodeProfile, encodeProfile, mergeProfiles, type Profile, syntheticProfile, toFolded } from '@sonde/profile'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ReadRequest, readInProcess } from './read-in-process.ts'

const web = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..')
const folder = mkdtempSync(path.join(tmpdir(), 'sonde-reader-'))
/** The real bundle, away from the repository: it must need nothing beside it. */
const bundle = path.join(folder, 'file-reader.mjs')
beforeAll(() => {
  execFileSync(process.execPath, [path.join(web, 'build-workers.mjs'), folder], { stdio: 'inherit' })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** In pieces, as a request's body comes. */
function bodyOf(content: Uint8Array | string, pieceBytes = 65_536): ReadableStream<Uint8Array> {
  const bytes = Buffer.from(content as string)
  let at = 0
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close()
      controller.enqueue(new Uint8Array(bytes.subarray(at, at + pieceBytes)))
      at += pieceBytes
    },
  })
}

const read = (content: Uint8Array | string | ReadableStream<Uint8Array>, over: Partial<ReadRequest> = {}): Promise<ImportedFile> =>
  readInProcess({
    body: content instanceof ReadableStream ? content : bodyOf(content),
    fileName: 'x.txt',
    hostPrefix: 'cap-',
    signal: new AbortController().signal,
    bundle,
    ...over,
  })

const refusal = async (promise: Promise<unknown>): Promise<{ code: string; message: string }> =>
  promise.then(
    () => ({ code: 'read', message: '' }),
    (error) => ({ code: error instanceof SondeError ? error.code : 'other', message: String(error.message) }),
  )

const profileOf = (file: ImportedFile): Profile =>
  mergeProfiles(file.hosts.flatMap((host) => host.chunks.map((chunk) => decodeProfile(gunzipSync(chunk)))))

/** Programs that stand in for the reader. */
function standIn(name: string, source: string): string {
  const file = path.join(folder, `${name}.mjs`)
  writeFileSync(file, source)
  return file
}

/** Processes of ours that run one of this test's programs. */
const leftRunning = (): string[] =>
  readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder)
      } catch {
        return false
      }
    })

describe('readInProcess', () => {
  it('reads folded stacks: same stacks, same weights', async () => {
    const text = 'main;work;inner 7\nmain;rest 2\nmain;work 1\n'
    const file = await read(text)
    expect(file).toMatchObject({ format: 'folded', sizeBytes: text.length, startMs: 0, durationMs: 0 })
    expect(file.hosts).toMatchObject([{ id: 'cap-1', name: '', quality: { samples: 10, frames: 7, notes: [] } }])
    expect(profileOf(file).hosts.id).toEqual(['cap-1'])
    expect(toFolded(profileOf(file), { root: 'none' }).sort()).toEqual(['main;rest 2', 'main;work 1', 'main;work;inner 7'])
  })

  it('reads perf script with its times, packed or not, and notes what it left out', async () => {
    const text = [
      'app 42 1.000000: cpu-clock:',
      '\t1000 work (/bin/app)',
      '',
      'app 42 2.500000: cpu-clock:',
      '\t1000 rest (/bin/app)',
      '',
      'what is this',
      '',
    ].join('\n')
    for (const content of [text, gzipSync(text)]) {
      const file = await read(content)
      expect(file).toMatchObject({ format: 'perf-script', durationMs: 1_500, sizeBytes: content.length })
      expect(file.hosts[0]?.quality.notes).toHaveLength(1)
      expect([...profileOf(file).samples.timeUs]).toEqual([0, 1_500_000])
    }
  })

  it('takes a profile of several hosts apart, and all samples stay', async () => {
    const whole = syntheticProfile({ samples: 3_000, seed: 4, hosts: 3 })
    const file = await read(encodeProfile(whole))
    expect(file.hosts.map((host) => host.id)).toEqual(whole.hosts.id.map((_, i) => `cap-${i + 1}`))
    expect(file.hosts.map((host) => host.name)).toEqual(whole.hosts.name)
    expect(file.hosts.reduce((sum, host) => sum + host.quality.samples, 0)).toBe(whole.samples.weight.reduce((sum, w) => sum + w, 0))
    expect(toFolded(profileOf(file)).sort()).toEqual(toFolded(whole).sort())
    for (const host of file.hosts) for (const chunk of host.chunks) expect(decodeProfile(gunzipSync(chunk)).hosts.id).toEqual([host.id])
  })

  it.each([
    ['nothing', '', /^x\.txt is empty/],
    ['a picture', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), /^x\.txt /],
    ['prose', 'It was a dark and stormy night;\nthe rain fell in torrents.\n', /^x\.txt /],
    ['gzip that is cut', gzipSync('main;work 1\n'.repeat(10_000)).subarray(0, 100), /^x\.txt is broken or cut gzip/],
    ['a Sonde profile that is cut', encodeProfile(syntheticProfile({ samples: 50 })).subarray(0, 400), /^x\.txt /],
  ])('refuses %s with a sentence about the file', async (_, content, words) => {
    const { code, message } = await refusal(read(content))
    expect({ code, message }).toEqual({ code: 'unprocessable', message: expect.stringMatching(words) })
  })

  it('stops an upload that is too large while it comes, and one that stalls', async () => {
    let pulled = 0
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled++
        controller.enqueue(new Uint8Array(65_536).fill(0x61))
      },
    })
    expect((await refusal(read(endless, { limits: { fileBytes: 1024 * 1024 } }))).code).toBe('too-large')
    expect(pulled).toBeLessThan(40)
    const silent = new ReadableStream<Uint8Array>({ pull: () => new Promise(() => {}) })
    expect((await refusal(read(silent, { limits: { idleMs: 100 } }))).code).toBe('timeout')
    expect(leftRunning()).toEqual([])
  })

  it('refuses more than a capture holds', async () => {
    const text = Array.from({ length: 200 }, (_, i) => `main;f${i} 1`).join('\n')
    expect(await refusal(read(text, { limits: { samples: 100 } }))).toMatchObject({
      code: 'unprocessable',
      message: expect.stringContaining('100'),
    })
    expect(await refusal(read(text, { limits: { profileBytes: 200 } }))).toMatchObject({ code: 'unprocessable' })
  })

  it.each([
    ['spins', 'for (;;);', { wallMs: 400 }, 'timeout'],
    ['spins, and its parent is slow', 'for (;;);', { cpuSeconds: 1, wallMs: 60_000 }, 'unprocessable'],
    [
      'fills its heap',
      'const a = []; for (;;) a.push(new Array(1e5).fill(Math.random()))',
      { processBytes: 300 * 1024 * 1024 },
      'unprocessable',
    ],
    ['throws', 'throw new Error("what it said")', {}, 'other'],
    ['says nothing', '', {}, 'other'],
    ['says nonsense', 'process.stdout.write("nonsense of no kind")', {}, 'other'],
    [
      'never stops talking',
      'const b = Buffer.alloc(1e6); const go = () => process.stdout.write(b, go); go()',
      { profileBytes: 1024 },
      'unprocessable',
    ],
  ])('outlives a reader that %s', async (name, source, limits, code) => {
    expect((await refusal(read('main 1\n', { bundle: standIn(name.slice(0, 5), source), limits }))).code).toBe(code)
    expect(leftRunning()).toEqual([])
  })

  it('gives the reader no secrets, no files and no processes', async () => {
    const source = `
      import fs from 'node:fs'
      const tried = (what) => { try { what(); return 'done' } catch (error) { return error.code } }
      const { spawnSync } = await import('node:child_process')
      process.stdin.resume()
      process.stdin.on('end', () => {
        process.stderr.write(JSON.stringify([
          Object.keys(process.env).filter((name) => !['PWD', 'OLDPWD', 'SHLVL', '_'].includes(name)),
          tried(() => fs.readFileSync('/etc/passwd')), tried(() => fs.writeFileSync('/tmp/sonde-escaped', '')), tried(() => spawnSync('/bin/true')),
        ]))
        process.exit(3)
      })`
    const { message } = await refusal(read('main 1\n', { bundle: standIn('nosy', source) }))
    expect(message).toContain('[["NODE_ENV"],"ERR_ACCESS_DENIED","ERR_ACCESS_DENIED","ERR_ACCESS_DENIED"]')
  })

  it('ends with the request', async () => {
    const abort = new AbortController()
    const reading = refusal(read('main 1\n', { bundle: standIn('spin', 'for (;;);'), signal: abort.signal }))
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(leftRunning().length).toBe(1)
    abort.abort()
    expect((await reading).code).not.toBe('read')
    await expect.poll(leftRunning).toEqual([])
  })
})
