import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { EMPTY_QUALITY } from '@sonde/contract'
import pino from 'pino'
import { expect, it, onTestFinished } from 'vitest'
import { runAgent } from './agent.ts'
import { Journal } from './journal.ts'
import { Spool, SpoolFull } from './spool.ts'
import { eventually } from './testing/eventually.ts'
import { GatewayPeer } from './testing/gateway-peer.ts'
import { COMMAND, makeProfile, SPEC, scriptedTracing } from './testing/scripted-tracing.ts'
import { temporaryFolder } from './testing/temporary-folder.ts'

/** A file system of its own with so many KiB. Needs root. */
async function tinyDisk(sizeKib: number): Promise<string> {
  const folder = await temporaryFolder()
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeKib}k`, 'tmpfs', folder])
  onTestFinished(() => {
    execFileSync('umount', [folder])
  })
  return folder
}

const target = { captureId: 'capture-1', attempt: 1 }

it('a full disk is a SpoolFull that says so, and leaves no half of a chunk', async () => {
  const folder = await tinyDisk(512)
  const spool = await Spool.open(folder, { maxBytes: 10_000_000, minFreeBytes: 0 })
  const chunks = await spool.forTarget(target)
  await chunks.write('profile', randomBytes(200 * 1024))
  await expect(chunks.write('profile', randomBytes(400 * 1024))).rejects.toThrow(SpoolFull)
  await expect(chunks.write('profile', randomBytes(400 * 1024))).rejects.toThrow(/ENOSPC/)
  expect(await readdir(path.join(folder, 'spool', 'capture-1-1'))).toHaveLength(1)
  // What fits goes on to fit, under the next number.
  expect((await chunks.write('profile', randomBytes(10 * 1024))).seq).toBe(1)
  await expect(spool.requireRoom(400 * 1024)).rejects.toThrow(/free; this capture needs/)
})

it('a journal on a full disk refuses the entry, stays readable, and goes on when there is room', async () => {
  const folder = await tinyDisk(64)
  const journal = await Journal.open(folder, pino({ level: 'silent' }))
  await journal.append({ type: 'accepted', target, atMs: 1 })
  const ballast = path.join(folder, 'ballast')
  await writeFile(ballast, randomBytes(100_000)).catch(() => undefined)
  // The page that the journal already has still takes a few lines; then it is over.
  let refusedAt = -1
  for (let i = 0; i < 200 && refusedAt === -1; i++) {
    await journal.append({ type: 'accepted', target: { captureId: `more-${i}`, attempt: 1 }, atMs: i }).catch(() => (refusedAt = i))
  }
  expect(refusedAt).toBeGreaterThan(-1)
  expect(journal.get({ captureId: `more-${refusedAt}`, attempt: 1 })).toBeUndefined()
  await writeFile(ballast, '')
  await journal.append({ type: 'accepted', target: { captureId: 'again', attempt: 1 }, atMs: 2 })
  await journal.close()
  const reopened = await Journal.open(folder, pino({ level: 'silent' }))
  expect(reopened.unsettled()).toHaveLength(refusedAt + 2)
  expect(reopened.get({ captureId: 'again', attempt: 1 })).toBeDefined()
  await reopened.close()
})

it('an agent whose disk fills up to the last block stops the capture, and still reports it', async () => {
  const stateDir = await tinyDisk(1024)
  const peer = new GatewayPeer()
  await peer.start()
  onTestFinished(() => peer.stop())
  const stopping = new AbortController()
  const agent = runAgent({
    env: {
      gatewayUrl: peer.url,
      joinToken: 'sjt_valid-join-token',
      stateDir,
      labels: {},
      hostName: null,
      logLevel: 'silent',
      bpfHelper: null,
      policyFile: null,
    },
    tracing: scriptedTracing({
      record: async (hooks) => {
        await hooks.onAttached([COMMAND])
        // Everything, to the last block: the journal has no more than the rest of its page.
        for (let bytes = 512 * 1024; bytes >= 512; bytes /= 2) {
          await writeFile(path.join(stateDir, `ballast-${bytes}`), randomBytes(bytes)).catch(() => undefined)
        }
        for (let i = 0; !hooks.signal.aborted && i < 100; i++) {
          await hooks.onResult({ kind: 'profile', profile: makeProfile(50, { seed: i, nameLength: 300 }) })
        }
        return { quality: { ...EMPTY_QUALITY, samples: 50, partial: true }, recordedMs: 10 }
      },
    }),
    log: pino({ level: 'silent' }),
    signal: stopping.signal,
    spoolLimits: { maxBytes: 100_000_000, minFreeBytes: -100_000_000 },
  })
  const seen = peer.offer(target, SPEC)
  await eventually('the end', () => seen.end)
  expect(seen.end).toMatchObject({ state: 'failed', reason: 'disk-full', quality: { partial: true } })
  // And a next one is refused before anything is attached.
  const next = peer.offer({ captureId: 'capture-2', attempt: 1 }, SPEC)
  await eventually('the refusal', () => next.end)
  expect(next.end).toMatchObject({ reason: 'disk-full' })
  stopping.abort()
  await agent
})
