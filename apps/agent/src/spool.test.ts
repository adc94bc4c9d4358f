import { createHash, randomBytes } from 'node:crypto'
import { readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { Spool, SpoolFull } from './spool.ts'
import { temporaryFolder } from './testing/temporary-folder.ts'

const target = { captureId: 'capture-1', attempt: 1 }
const other = { captureId: 'capture-2', attempt: 1 }
const roomy = { maxBytes: 1_000_000, minFreeBytes: 0 }

describe('Spool', () => {
  it('gives back after a restart what was written, in order, with the hash of what is on the disk', async () => {
    const folder = await temporaryFolder()
    const written = [randomBytes(100), randomBytes(2000), randomBytes(1)]
    const first = await (await Spool.open(folder, roomy)).forTarget(target)
    for (const [i, bytes] of written.entries()) await first.write(i === 1 ? 'syscalls' : 'profile', bytes)
    const again = await (await Spool.open(folder, roomy)).forTarget(target)
    expect(again.chunks).toEqual(first.chunks)
    for (const [i, chunk] of again.chunks.entries()) {
      expect(chunk).toMatchObject({ seq: i, sizeBytes: written[i]?.length, kind: i === 1 ? 'syscalls' : 'profile' })
      expect(Buffer.from(await again.read(chunk))).toEqual(written[i])
      expect(chunk.sha256).toBe(
        createHash('sha256')
          .update(written[i] ?? '')
          .digest('hex'),
      )
    }
    expect((await again.write('profile', randomBytes(3))).seq).toBe(3)
  })

  it('numbers chunks that are written at the same time in the order of the calls', async () => {
    const spool = await (await Spool.open(await temporaryFolder(), { maxBytes: 3_000, minFreeBytes: 0 })).forTarget(target)
    const sizes = [1_000, 1, 2_500, 3, 500]
    const results = await Promise.allSettled(sizes.map((size, i) => spool.write(i % 2 ? 'syscalls' : 'profile', randomBytes(size))))
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled', 'fulfilled'])
    expect(spool.chunks.map(({ seq, sizeBytes }) => [seq, sizeBytes])).toEqual([
      [0, 1_000],
      [1, 1],
      [2, 3],
      [3, 500],
    ])
  })

  it('notices a damaged chunk, and ignores what is no chunk', async () => {
    const folder = await temporaryFolder()
    const spool = await (await Spool.open(folder, roomy)).forTarget(target)
    const chunk = await spool.write('profile', randomBytes(50))
    const [name = ''] = await readdir(path.join(folder, 'spool', 'capture-1-1'))
    await writeFile(path.join(folder, 'spool', 'capture-1-1', name), randomBytes(50))
    await writeFile(path.join(folder, 'spool', 'capture-1-1', `${name}.tmp`), 'half of')
    await expect(spool.read(chunk)).rejects.toThrow('damaged')
    expect((await (await Spool.open(folder, roomy)).forTarget(target)).chunks).toHaveLength(1)
  })

  it('is bounded over all targets, across restarts, and takes more again after a target is done', async () => {
    const folder = await temporaryFolder()
    const limits = { maxBytes: 1000, minFreeBytes: 0 }
    await (await (await Spool.open(folder, limits)).forTarget(target)).write('profile', randomBytes(600))
    const spool = await Spool.open(folder, limits)
    const second = await spool.forTarget(other)
    await expect(second.write('profile', randomBytes(500))).rejects.toThrow(SpoolFull)
    await expect(spool.requireRoom(500)).rejects.toThrow(/still wait for upload/)
    expect(second.chunks).toHaveLength(0)
    expect((await second.write('profile', randomBytes(400))).seq).toBe(0)
    await (await spool.forTarget(target)).remove()
    await spool.requireRoom(500)
    await second.write('profile', randomBytes(500))
    await spool.removeAllBut([])
    await spool.requireRoom(1000)
    expect(await readdir(path.join(folder, 'spool'))).toEqual([])
  })

  it('takes no more chunks than the server does', async () => {
    const folder = await temporaryFolder()
    const bytes = randomBytes(1)
    const name = `01999.profile.${createHash('sha256').update(bytes).digest('hex')}.gz`
    const spool = await Spool.open(folder, roomy)
    await (await spool.forTarget(target)).write('profile', bytes)
    await writeFile(path.join(folder, 'spool', 'capture-1-1', name), bytes)
    await expect((await spool.forTarget(target)).write('profile', bytes)).rejects.toThrow(/more than 2000 parts/)
  })
})
