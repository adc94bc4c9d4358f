import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { acceptTarget } from './accept-target.ts'
import type { AgentHost } from './agent-host.ts'
import { cancelCapture } from './cancel-capture.ts'
import { claimWork, hostsWithWork, reportActive } from './claim-work.ts'
import { deleteCapture } from './delete-capture.ts'
import { endTarget } from './end-target.ts'
import { reapTargets } from './reap-targets.ts'
import { removeHost } from './remove-host.ts'
import { runTarget } from './run-target.ts'
import { storeChunk } from './store-chunk.ts'
import { PATIENCE_MS } from './target-transitions.ts'
import { createWorld, profileChunk, profileOf, refOf, SPEC, type World } from './testing/index.ts'

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
const state = async (id: string) => (await world.target(id, host)).state
const running = async () => {
  const id = await world.capture([host])
  await claimWork(host, world.app)
  await acceptTarget(host, world.app, refOf(id))
  await runTarget(host, world.app, refOf(id), { commands: [] })
  return id
}

describe('claimWork', () => {
  it('gives every target to one of many polls at once', async () => {
    const ids = await Promise.all(Array.from({ length: 12 }, () => world.capture([host])))
    const polls = await Promise.all(Array.from({ length: 6 }, () => claimWork(host, world.app)))
    const given = polls.flat().map((command) => (command.type === 'start' ? command.target.captureId : command.type))
    expect(given.sort()).toEqual([...ids].sort())
  })

  it('gives a host its own work only', async () => {
    const other = await world.host()
    await world.capture([host])
    expect(await hostsWithWork(world.app, [host.id, other.id, 'unknown'])).toEqual([host.id])
    expect(await claimWork(other, world.app)).toEqual([])
  })

  it('offers again what was not accepted in time, and then takes even the late accept', async () => {
    const id = await world.capture([host])
    await claimWork(host, world.app)
    await world.age(id, PATIENCE_MS.offer - 1_000)
    await reapTargets(world.app)
    expect(await state(id)).toBe('offered')
    await world.age(id, 2_000)
    expect(await reapTargets(world.app)).toMatchObject({ takenBack: 1 })
    expect(await acceptTarget(host, world.app, refOf(id))).toMatchObject({ state: 'accepted' })
    expect(await claimWork(host, world.app)).toEqual([])
  })

  it('takes no accept for what was never offered', async () => {
    const id = await world.capture([host])
    await expect(acceptTarget(host, world.app, refOf(id))).rejects.toMatchObject({ code: 'conflict', details: { state: 'queued' } })
  })

  it('repeats a cancel every few seconds until the agent has ended it', async () => {
    const id = await running()
    await cancelCapture(await world.actor('operator'), world.app, { id })
    expect(await claimWork(host, world.app)).toEqual([{ type: 'cancel', target: refOf(id) }])
    expect(await claimWork(host, world.app)).toEqual([])
    expect(await hostsWithWork(world.app, [host.id])).toEqual([])
    await world.app.db.pool.query(`UPDATE targets SET cancel_sent_at = cancel_sent_at - interval '4 s'`)
    expect(await hostsWithWork(world.app, [host.id])).toEqual([host.id])
    expect(await claimWork(host, world.app)).toHaveLength(1)
    await endTarget(host, world.app, refOf(id), { state: 'cancelled', reason: null, message: 'stopped' })
    await world.app.db.pool.query(`UPDATE targets SET cancel_sent_at = cancel_sent_at - interval '4 s'`)
    expect(await claimWork(host, world.app)).toEqual([])
    expect(await world.target(id, host)).toMatchObject({ state: 'cancelled', reason: null, message: 'stopped' })
  })
})

describe('cancelCapture', () => {
  it('ends at once what no host took, and asks the others', async () => {
    const actor = await world.actor('operator')
    const [queued, offered] = [await world.capture([host]), await world.capture([host])]
    await world.app.db.pool.query(`UPDATE targets SET state = 'offered', offered_at = now() WHERE capture_id = $1`, [offered])
    const taken = await running()
    for (const id of [queued, offered, taken]) {
      await cancelCapture(actor, world.app, { id })
      await cancelCapture(actor, world.app, { id })
    }
    expect(await state(queued)).toBe('cancelled')
    expect(await state(taken)).toBe('running')
    expect((await world.target(taken, host)).cancel_requested_at).not.toBeNull()
    await expect(acceptTarget(host, world.app, refOf(offered))).rejects.toMatchObject({ details: { state: 'cancelled' } })
    expect(await storeChunk(host, world.app, refOf(taken), profileChunk(0, profileOf(host.id, ['x'])))).toMatchObject({
      cancelRequested: true,
    })
  })
})

describe('reportActive', () => {
  it('extends the leases of what runs, and names what should stop', async () => {
    const id = await running()
    const lease = async () =>
      (
        await world.app.db.pool.query<{ s: number }>(
          `SELECT extract(epoch FROM lease_until - now())::float8 AS s FROM targets WHERE capture_id = $1`,
          [id],
        )
      ).rows[0]?.s ?? 0
    await world.age(id, 60_000)
    expect(await lease()).toBeLessThan(10)
    expect(await reportActive(host, world.app, [refOf(id), refOf('gone-capture'), refOf(id, 2)])).toEqual([
      refOf('gone-capture'),
      refOf(id, 2),
    ])
    expect(await lease()).toBeGreaterThan(100)
    // but not for ever: 2 × duration + 10 min after it was accepted
    await world.age(id, PATIENCE_MS.extension + 2 * SPEC.durationMs)
    await reportActive(host, world.app, [refOf(id)])
    expect(await lease()).toBeLessThan(0)
    await reapTargets(world.app)
    expect(await state(id)).toBe('lost')
    expect(await reportActive(host, world.app, [refOf(id)])).toEqual([]) // a late result is welcome
    await world.app.db.pool.query(`UPDATE targets SET state = 'cancelled'`)
    expect(await reportActive(host, world.app, [refOf(id)])).toEqual([refOf(id)])
  })
})

describe('reapTargets', () => {
  it('waits a minute for a host that is away, and longer for one that is there', async () => {
    const id = await world.capture([host])
    await world.age(id, PATIENCE_MS.offlineHost + 1_000)
    await reapTargets(world.app)
    expect(await state(id)).toBe('queued')
    await world.silence(host, 31_000)
    expect(await reapTargets(world.app)).toMatchObject({ expired: 1 })
    expect(await world.target(id, host)).toMatchObject({ state: 'expired', reason: 'host-offline' })

    const ignored = await world.capture([host])
    await world.silence(host, -31_000)
    await world.age(ignored, PATIENCE_MS.queue + 1_000)
    await reapTargets(world.app)
    expect(await world.target(ignored, host)).toMatchObject({ state: 'expired', message: expect.stringContaining('took no work') })
  })

  it('gives up a running target after duration + 60 s without a sign, not before', async () => {
    const id = await running()
    await world.age(id, SPEC.durationMs + PATIENCE_MS.lease - 2_000)
    await reapTargets(world.app)
    expect(await state(id)).toBe('running')
    await world.age(id, 3_000)
    await Promise.all([reapTargets(world.app), reapTargets(world.app)])
    expect(await world.target(id, host)).toMatchObject({ state: 'lost', reason: 'lease-expired' })
  })

  it('cancels for a host that does not answer: 10 s when it is away, 60 s when it is there', async () => {
    const actor = await world.actor('operator')
    const [first, second] = [await running(), await running()]
    for (const id of [first, second]) await cancelCapture(actor, world.app, { id })
    await world.age(first, 11_000)
    await reapTargets(world.app)
    expect(await state(first)).toBe('running')
    await world.silence(host, 31_000)
    await reapTargets(world.app)
    expect([await state(first), await state(second)]).toEqual(['cancelled', 'running'])
    await world.silence(host, -31_000)
    await world.age(second, 61_000)
    await reapTargets(world.app)
    expect(await state(second)).toBe('cancelled')
  })

  it('removes a deleted capture when its last host has stopped', async () => {
    const actor = await world.actor('admin')
    const id = await running()
    await storeChunk(host, world.app, refOf(id), profileChunk(0, profileOf(host.id, ['x'])))
    await deleteCapture(actor, world.app, { id })
    expect(await claimWork(host, world.app)).toEqual([{ type: 'cancel', target: refOf(id) }])
    await reapTargets(world.app)
    expect((await world.app.db.pool.query('SELECT FROM chunks')).rowCount).toBe(1)
    await endTarget(host, world.app, refOf(id), { state: 'cancelled', reason: null, message: '' })
    expect(await reapTargets(world.app)).toMatchObject({ purged: 1 })
    for (const table of ['captures', 'targets', 'chunks']) expect((await world.app.db.pool.query(`SELECT FROM ${table}`)).rowCount).toBe(0)
    await expect(acceptTarget(host, world.app, refOf(id))).rejects.toMatchObject({ code: 'not-found' })
    expect(await reportActive(host, world.app, [refOf(id)])).toEqual([refOf(id)])
  })

  it('ends what ran on a host that was removed', async () => {
    const id = await running()
    await removeHost(await world.actor('admin'), world.app, { id: host.id })
    await world.age(id, 11_000)
    await reapTargets(world.app)
    expect(await state(id)).toBe('cancelled')
  })
})
