import { type EndReport, FINAL_STATES, isFinal, SondeError, TARGET_STATES, type TargetState } from '@sonde/contract'
import { seededRandom } from '@sonde/profile'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { acceptTarget } from './accept-target.ts'
import type { AgentHost } from './agent-host.ts'
import { cancelCapture } from './cancel-capture.ts'
import { claimWork } from './claim-work.ts'
import { endTarget } from './end-target.ts'
import { finishTarget } from './finish-target.ts'
import { reapTargets } from './reap-targets.ts'
import { runTarget } from './run-target.ts'
import { storeChunk } from './store-chunk.ts'
import { TARGET_TRANSITIONS, type TransitionName } from './target-transitions.ts'
import { type chunkOf, createWorld, manifestOf, profileChunk, profileOf, QUALITY, refOf, type World } from './testing/index.ts'
import { transitionTargets } from './transition-target.ts'

let world: World
let host: AgentHost
beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world.close())
beforeEach(async () => {
  await world.clear()
  host = await world.host()
})

const end = (state: EndReport['state']): EndReport => ({ state, reason: 'tool-failed', message: 'said the agent' })
const finish = (chunks: ReturnType<typeof chunkOf>[], partial = false) => ({
  manifest: manifestOf(chunks),
  quality: { ...QUALITY, partial },
  recordedMs: 5_000,
})
const sample = () => profileChunk(0, profileOf(host.id, ['main;work']))

/** Puts a fresh target into a state, with what the table's CHECKs want there. */
async function targetIn(state: TargetState): Promise<string> {
  const id = await world.capture([host])
  await world.app.db.pool.query(
    `UPDATE targets SET state = $2, offered_at = CASE WHEN $2 <> 'queued' THEN now() END,
       accepted_at = now(), lease_until = now() + interval '1 minute', ended_at = CASE WHEN $3 THEN now() END WHERE capture_id = $1`,
    [id, state, isFinal(state)],
  )
  return id
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'ok'
  } catch (error) {
    if (error instanceof SondeError) return error.code
    throw error
  }
}

describe('transitions in the database', () => {
  it('are those of the table, from every state, and nothing else', async () => {
    for (const name of Object.keys(TARGET_TRANSITIONS) as TransitionName[]) {
      for (const state of TARGET_STATES) {
        const id = await targetIn(state)
        const moved = await transitionTargets(world.app.db.pool, name, { sql: 'capture_id = $1', values: [id] })
        const allowed = TARGET_TRANSITIONS[name].from.some((s) => s === state)
        expect([name, state, moved.map((t) => t.state)]).toEqual([name, state, allowed ? [TARGET_TRANSITIONS[name].to] : []])
        expect((await world.target(id, host)).state).toBe(allowed ? TARGET_TRANSITIONS[name].to : state)
      }
    }
  }, 120_000)

  it('let exactly one of many that race win', async () => {
    for (let run = 0; run < 10; run++) {
      const id = await targetIn('running')
      const where = { sql: 'capture_id = $1', values: [id] }
      const results = await Promise.all(
        (['fail', 'stop', 'lose', 'upload', 'abandon'] as const).map((name) => transitionTargets(world.app.db.pool, name, where)),
      )
      const winners = results.flat().map((t) => t.state)
      const ends = winners.filter((s) => s !== 'lost' && isFinal(s))
      expect(ends.length).toBeLessThanOrEqual(1)
      expect((await world.target(id, host)).state).toBe(ends[0] ?? (winners.includes('lost') ? 'lost' : 'uploading'))
    }
  })
})

describe('a target', () => {
  it('goes from the start to done, and says so again when asked again', async () => {
    const id = await world.capture([host])
    const ref = refOf(id)
    expect(await claimWork(host, world.app)).toMatchObject([{ type: 'start', target: ref, spec: { recipe: 'cpu-profile' } }])
    expect(await claimWork(host, world.app)).toEqual([])
    for (let i = 0; i < 2; i++) expect(await acceptTarget(host, world.app, ref)).toEqual({ state: 'accepted', cancelRequested: false })
    for (let i = 0; i < 2; i++) expect(await runTarget(host, world.app, ref, { commands: [] })).toMatchObject({ state: 'running' })
    expect(await acceptTarget(host, world.app, ref)).toMatchObject({ state: 'running' })
    const chunk = sample()
    expect(await storeChunk(host, world.app, ref, chunk)).toEqual({ stored: true, duplicate: false, cancelRequested: false })
    expect(await storeChunk(host, world.app, ref, chunk)).toEqual({ stored: false, duplicate: true, cancelRequested: false })
    const late = profileChunk(1, profileOf(host.id, ['main;more']))
    expect(await finishTarget(host, world.app, ref, finish([chunk, late]))).toEqual({ state: 'uploading', missing: [1] })
    expect(await storeChunk(host, world.app, ref, late)).toMatchObject({ stored: true })
    for (let i = 0; i < 2; i++)
      expect(await finishTarget(host, world.app, ref, finish([chunk, late]))).toEqual({ state: 'done', missing: [] })
    expect(await storeChunk(host, world.app, ref, chunk)).toMatchObject({ duplicate: true })
    expect(await codeOf(storeChunk(host, world.app, ref, profileChunk(2, profileOf(host.id, ['x']))))).toBe('conflict')
  })

  it('is not done before the hashes match, and fails on parts that the host does not know', async () => {
    const id = await targetIn('running')
    const chunk = sample()
    const claimed = {
      ...finish([chunk]),
      manifest: [{ ...manifestOf([chunk])[0], sha256: 'f'.repeat(64) }] as ReturnType<typeof manifestOf>,
    }
    await storeChunk(host, world.app, refOf(id), chunk)
    expect(await finishTarget(host, world.app, refOf(id), claimed)).toEqual({ state: 'uploading', missing: [0] })
    expect(await finishTarget(host, world.app, refOf(id), finish([]))).toEqual({ state: 'failed', missing: [] })
    expect(await world.target(id, host)).toMatchObject({ reason: 'upload-rejected' })
  })

  it('is done after finish although the report that it ran was lost', async () => {
    const id = await targetIn('accepted')
    expect(await finishTarget(host, world.app, refOf(id), finish([]))).toEqual({ state: 'done', missing: [] })
    expect(await world.target(id, host)).toMatchObject({ started_at: expect.any(Date) })
  })

  it('belongs to one host: for another it does not exist, whatever that one asks', async () => {
    const other = await world.host()
    const id = await targetIn('running')
    const ref = refOf(id)
    const asks = [
      () => acceptTarget(other, world.app, ref),
      () => runTarget(other, world.app, ref, { commands: [] }),
      () => endTarget(other, world.app, ref, end('failed')),
      () => storeChunk(other, world.app, ref, profileChunk(0, profileOf(other.id, ['x']))),
      () => storeChunk(other, world.app, ref, { ...sample(), bytes: Buffer.from('junk') }),
      () => finishTarget(other, world.app, ref, finish([])),
      () => acceptTarget(host, world.app, { ...ref, attempt: 2 }),
      () => acceptTarget(host, world.app, refOf('no-such-capture')),
    ]
    for (const ask of asks) expect(await codeOf(ask())).toBe('not-found')
    expect((await world.target(id, host)).state).toBe('running')
  })

  it.each(FINAL_STATES.filter((s) => s !== 'lost'))('that is %s stays so, and says so to the agent', async (state) => {
    const id = await targetIn(state)
    const ref = refOf(id)
    for (const work of [() => acceptTarget(host, world.app, ref), () => runTarget(host, world.app, ref, { commands: [] })]) {
      await expect(work()).rejects.toMatchObject({ code: 'conflict', details: { state } })
    }
    await codeOf(finishTarget(host, world.app, ref, finish([])))
    for (const to of ['refused', 'failed', 'cancelled'] as const) await codeOf(endTarget(host, world.app, ref, end(to)))
    await cancelCapture(await world.actor('admin'), world.app, { id })
    await world.age(id, 3_600_000)
    await reapTargets(world.app)
    expect((await world.target(id, host)).state).toBe(state)
  })

  it('that was given up is done when its agent comes back with a whole result', async () => {
    const id = await targetIn('running')
    const [first, second] = [sample(), profileChunk(1, profileOf(host.id, ['late']))]
    await storeChunk(host, world.app, refOf(id), first)
    await world.age(id, 3_600_000)
    expect(await reapTargets(world.app)).toMatchObject({ lost: 1 })
    expect(await world.target(id, host)).toMatchObject({ state: 'lost', reason: 'lease-expired' })
    await expect(runTarget(host, world.app, refOf(id), { commands: [] })).rejects.toMatchObject({ details: { state: 'lost' } })
    expect(await finishTarget(host, world.app, refOf(id), finish([first, second]))).toEqual({ state: 'lost', missing: [1] })
    await storeChunk(host, world.app, refOf(id), second)
    expect(await finishTarget(host, world.app, refOf(id), finish([first, second]))).toEqual({ state: 'done', missing: [] })
    expect(await world.target(id, host)).toMatchObject({ reason: null, message: null })
  })

  it('that was given up says what the agent says, when it comes back without a result', async () => {
    const id = await targetIn('lost')
    expect(await endTarget(host, world.app, refOf(id), end('failed'))).toMatchObject({ state: 'failed' })
    expect(await world.target(id, host)).toMatchObject({ reason: 'tool-failed', message: 'said the agent' })
  })

  it('keeps hostile text out of Postgres’ way', async () => {
    const id = await targetIn('running')
    const report: EndReport = {
      state: 'failed',
      reason: 'tool-failed',
      message: "a\0b'; DROP TABLE targets; --\u202E",
      quality: { ...QUALITY, notes: ['n\0\uD800'] },
    }
    await endTarget(host, world.app, refOf(id), report)
    expect(await world.target(id, host)).toMatchObject({
      message: "a\uFFFDb'; DROP TABLE targets; --\u202E",
      quality: { notes: ['n\uFFFD\uFFFD'] },
    })
  })
})

describe('any order of messages', () => {
  it('never leaves a final state (but lost) and never skips one', async () => {
    const admin = await world.actor('admin')
    const steps = new Set(Object.values(TARGET_TRANSITIONS).flatMap(({ from, to }) => from.map((f) => `${f}>${to}`)))
    // Within one call a target may take several steps of the table.
    const chains = new Set([
      ...steps,
      'accepted>uploading',
      'accepted>done',
      'running>done',
      'queued>accepted',
      'accepted>cancelled',
      'queued>refused',
      'queued>failed',
      'queued>cancelled',
      'running>cancelled',
      'queued>offered',
    ])
    const random = seededRandom(11)
    for (let run = 0; run < 25; run++) {
      const id = await world.capture([host])
      const ref = refOf(id)
      const chunk = sample()
      const events: Array<() => Promise<unknown>> = [
        () => claimWork(host, world.app),
        () => acceptTarget(host, world.app, ref),
        () => runTarget(host, world.app, ref, { commands: [] }),
        () => storeChunk(host, world.app, ref, chunk),
        () => finishTarget(host, world.app, ref, finish([chunk])),
        () => finishTarget(host, world.app, ref, finish([chunk], true)),
        () => endTarget(host, world.app, ref, end((['refused', 'failed', 'cancelled'] as const)[Math.floor(random() * 3)] ?? 'failed')),
        () => cancelCapture(admin, world.app, { id }),
        () => world.age(id, 30_000),
        () => reapTargets(world.app),
      ]
      let before: TargetState = 'queued'
      for (let i = 0; i < 25; i++) {
        const event = events[Math.floor(random() * events.length)]
        if (event) await codeOf(event())
        const { state } = await world.target(id, host)
        if (state !== before) {
          expect([run, chains.has(`${before}>${state}`), `${before}>${state}`]).toEqual([run, true, `${before}>${state}`])
          if (isFinal(before)) expect(before).toBe('lost')
        }
        before = state
      }
      await world.age(id, 24 * 3_600_000)
      await reapTargets(world.app)
      await reapTargets(world.app)
      expect(isFinal((await world.target(id, host)).state)).toBe(true)
    }
  }, 120_000)

  it('lets finish and cancel race without losing either’s sense', async () => {
    const admin = await world.actor('admin')
    const ends: string[] = []
    for (let run = 0; run < 20; run++) {
      const id = await targetIn('running')
      const chunk = sample()
      await storeChunk(host, world.app, refOf(id), chunk)
      const [finished] = await Promise.all([
        finishTarget(host, world.app, refOf(id), finish([chunk], true)),
        cancelCapture(admin, world.app, { id }),
        finishTarget(host, world.app, refOf(id), finish([chunk], true)),
      ])
      const target = await world.target(id, host)
      expect(target.state).toBe(finished.state)
      expect(target.state).toBe(target.cancel_requested_at === null ? 'done' : 'cancelled')
      ends.push(target.state)
    }
    expect(ends).toHaveLength(20)
  })
})
