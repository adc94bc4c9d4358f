import { type Actor, type CaptureSpec, type MarkDeployInput, markDeployInputSchema, type RuleInput, ruleInputSchema } from '@sonde/contract'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { AgentHost } from './agent-host.ts'
import { cancelCapture } from './cancel-capture.ts'
import { decideDeploy } from './decide-deploy.ts'
import { deleteCapture } from './delete-capture.ts'
import { deleteDeploy } from './delete-deploy.ts'
import { getCapture } from './get-capture.ts'
import { getDeploy } from './get-deploy.ts'
import { listDeploys } from './list-deploys.ts'
import { markDeploy } from './mark-deploy.ts'
import { pickDeployCapture } from './pick-deploy-capture.ts'
import { readDeployVerdict, shortOf } from './read-deploy-verdict.ts'
import { recordDeploy } from './record-deploy.ts'
import { removeHost } from './remove-host.ts'
import { createRule } from './save-rule.ts'
import { startCapture } from './start-capture.ts'
import { startDueCaptures } from './start-due-captures.ts'
import { createWorld, EVERY_COLLECTOR, SPEC, type World } from './testing/index.ts'

let world: World
let operator: Extract<Actor, { kind: 'user' }>
beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world.close())
beforeEach(async () => {
  await world.clear()
  operator = await world.actor('operator')
})

const mark = async (input: Partial<MarkDeployInput>, actor: Actor = operator) =>
  await markDeploy(actor, world.app, markDeployInputSchema.parse({ service: 'checkout', version: '1.2.3', ...input }), 'api')
const get = async (id: string) => await getDeploy(operator, world.app, { id })
const captureCount = async () => (await world.app.db.pool.query('SELECT FROM captures')).rowCount

/** Lets all targets of a capture end well, `agoMs` ago. */
async function finish(captureId: string, agoMs = 0): Promise<void> {
  await world.app.db.pool.query(
    `UPDATE targets SET state = 'done', started_at = now() - $2 * interval '1 ms', ended_at = now() - $2 * interval '1 ms' WHERE capture_id = $1`,
    [captureId, agoMs],
  )
}

async function doneCapture(hosts: AgentHost[], agoMs: number, spec: CaptureSpec = SPEC): Promise<string> {
  const id = await world.capture(hosts, spec)
  await world.app.db.pool.query(`UPDATE captures SET created_at = now() - $2 * interval '1 ms' WHERE id = $1`, [id, agoMs])
  await finish(id, agoMs - 10)
  return id
}

describe('marking', () => {
  it('resolves hosts by the label of the service, by labels and by name', async () => {
    const [a, b] = [
      await world.host('a', { service: 'checkout', env: 'prod' }),
      await world.host('b', { service: 'checkout', env: 'test' }),
    ]
    const c = await world.host('c')
    const names = async (input: Partial<MarkDeployInput>) => (await mark({ ...input, key: world.app.newId() })).hosts.map((h) => h.name)
    expect(await names({})).toEqual(['a', 'b'])
    expect(await names({ labels: { service: 'checkout', env: 'prod' } })).toEqual(['a'])
    expect(await names({ hosts: ['b', c.id] })).toEqual(['b', 'c'])
    expect(await names({ hosts: ['c'], labels: { env: 'prod' } })).toEqual(['a', 'c'])
    // No label at all is no selector, not every host.
    expect(await names({ labels: {} })).toEqual([])
    await expect(mark({ hosts: ['nobody'] })).rejects.toMatchObject({ code: 'not-found', message: 'no such host: nobody' })
    await removeHost(await world.actor('admin'), world.app, { id: b.id })
    expect(await names({})).toEqual(['a'])
    await expect(mark({ hosts: ['b'] })).rejects.toMatchObject({ code: 'not-found' })
    expect(a.name).toBe('a')
  })

  it('is one deploy in two calls, with a key and without, and however often each is made', async () => {
    for (const key of [undefined, 'run-4711/1']) {
      const with_ = key === undefined ? {} : { key }
      const started = await mark({ ...with_, state: 'started', note: 'rollout' })
      expect(started).toMatchObject({ state: 'started', finishedAt: null, createdBy: { id: operator.userId } })
      expect((await mark({ ...with_, state: 'started' })).id).toBe(started.id)
      const finished = await mark({ ...with_, state: 'finished', sha: 'ABCDEF0', url: 'https://ci.test/1' })
      expect(finished).toMatchObject({ id: started.id, state: 'finished', sha: 'abcdef0', note: 'rollout', url: 'https://ci.test/1' })
      if (key === undefined) continue
      const again = await mark({ ...with_, state: 'finished' })
      expect(again).toMatchObject({ id: started.id, finishedAt: finished.finishedAt })
      // Late, out of order: a deploy that is over does not begin again.
      expect(await mark({ ...with_, state: 'started' })).toMatchObject({ id: started.id, state: 'finished' })
    }
    expect((await listDeploys(operator, world.app, {})).items).toHaveLength(2)
  })

  it('is finished by a person without its key as well', async () => {
    const started = await mark({ state: 'started', key: 'run-1' })
    expect(await mark({ state: 'finished' })).toMatchObject({ id: started.id, state: 'finished' })
    expect((await mark({ state: 'finished' })).id).not.toBe(started.id)
  })

  it('makes one deploy of calls that come at once', async () => {
    const ids = (await Promise.all(Array.from({ length: 6 }, () => mark({ state: 'started', key: 'same' })))).map((deploy) => deploy.id)
    expect(new Set(ids).size).toBe(1)
  })

  it('gives a key that two services name at once to one of them', async () => {
    const calls = Array.from({ length: 6 }, (_, i) => mark({ service: `service-${i}`, key: 'same' }))
    const failed = (await Promise.allSettled(calls)).flatMap((one) => (one.status === 'rejected' ? [one.reason.code] : []))
    expect(failed).toEqual(Array(5).fill('conflict'))
  })

  it('refuses a key of another deploy, viewers, and what is no version, address or commit', async () => {
    await mark({ key: 'k' })
    await expect(mark({ key: 'k', version: '2' })).rejects.toMatchObject({ code: 'conflict' })
    await expect(mark({ key: 'k', service: 'other' })).rejects.toMatchObject({ code: 'conflict' })
    await expect(mark({}, await world.actor('viewer'))).rejects.toMatchObject({ code: 'forbidden' })
    for (const wrong of [
      { version: 'a\u202eb' },
      { version: ' ' },
      { url: 'javascript:alert(1)' },
      { sha: 'main' },
      { service: '<b>' },
      { key: 'a b' },
    ])
      expect(markDeployInputSchema.safeParse({ service: 's', version: '1', ...wrong }).success, JSON.stringify(wrong)).toBe(false)
  })

  it('takes what an agent noticed of the same rollout for itself', async () => {
    const host = await world.host('a', { service: 'checkout' })
    await propose('p1', 'checkout', host)
    await propose('p2', 'billing', host)
    await mark({})
    expect(await get('p1')).toMatchObject({ state: 'dismissed' })
    expect(await get('p2')).toMatchObject({ state: 'proposed' })
  })
})

async function propose(id: string, service: string, host: AgentHost): Promise<void> {
  await world.app.db.pool.query(
    `INSERT INTO deploys (id, service, version, state, source, noticed) VALUES ($1, $2, 'build x', 'proposed', 'noticed', $3)`,
    [id, service, JSON.stringify({ name: service, path: `/${service}`, buildId: 'bb', previousBuildId: 'aa' })],
  )
  await world.app.db.pool.query('INSERT INTO deploy_hosts VALUES ($1, $2)', [id, host.id])
}

describe('listing', () => {
  it('pages through all, newest first, by service, state and time', async () => {
    for (let i = 0; i < 7; i++) await mark({ version: String(i), service: i % 2 ? 'odd' : 'even' })
    await world.app.db.pool.query(`UPDATE deploys SET at = now() - interval '1 minute' * version::int`)
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await listDeploys(operator, world.app, { limit: 2, ...(cursor === undefined ? {} : { cursor }) })
      seen.push(...page.items.map((deploy) => deploy.version))
      cursor = page.nextCursor ?? undefined
    } while (cursor !== undefined)
    expect(seen).toEqual(['0', '1', '2', '3', '4', '5', '6'])
    const versions = async (input: object) => (await listDeploys(operator, world.app, input)).items.map((deploy) => deploy.version)
    expect(await versions({ service: 'odd' })).toEqual(['1', '3', '5'])
    expect(await versions({ to: new Date(Date.now() - 210_000) })).toEqual(['4', '5', '6'])
    expect(await versions({ from: new Date(Date.now() - 210_000) })).toEqual(['0', '1', '2', '3'])
    expect(await versions({ states: ['proposed'] })).toEqual([])
    await expect(listDeploys(operator, world.app, { cursor: 'what' })).rejects.toMatchObject({ code: 'invalid' })
    await expect(listDeploys({ kind: 'anonymous' }, world.app, {})).rejects.toMatchObject({ code: 'not-signed-in' })
  })
})

describe('deciding', () => {
  it('confirms with the name that people use, or dismisses, once', async () => {
    const host = await world.host('a')
    await propose('p1', 'node', host)
    await decideDeploy(operator, world.app, { id: 'p1', decision: 'confirm', service: 'checkout', version: '2.0' })
    const deploy = await get('p1')
    expect(deploy).toMatchObject({ state: 'finished', service: 'checkout', version: '2.0', createdBy: { id: operator.userId } })
    expect(deploy.finishedAt).not.toBeNull()
    await expect(decideDeploy(operator, world.app, { id: 'p1', decision: 'dismiss' })).rejects.toMatchObject({ code: 'conflict' })
    await propose('p2', 'node', host)
    await decideDeploy(operator, world.app, { id: 'p2', decision: 'dismiss' })
    expect((await listDeploys(operator, world.app, {})).items.map((d) => d.id)).toEqual(['p1'])
    await expect(recordDeploy(operator, world.app, { id: 'p2', spec: SPEC, warmUpMs: 0 })).rejects.toMatchObject({ code: 'conflict' })
    await expect(decideDeploy(operator, world.app, { id: 'nothing', decision: 'dismiss' })).rejects.toMatchObject({ code: 'not-found' })
  })
})

describe('recording by hand', () => {
  it('records before a deploy that goes on, and after it once it is over and warm, on the same hosts with the same settings', async () => {
    const hosts = [await world.host('a', { service: 'checkout' }), await world.host('b', { service: 'checkout' })]
    const { id } = await mark({ state: 'started' })
    await recordDeploy(operator, world.app, { id, spec: SPEC, warmUpMs: 60_000 })
    const before = (await get(id)).pairs[0]?.before.capture
    expect(before).toMatchObject({ state: 'queued', hosts: 2 })
    await mark({ state: 'finished' })
    const planned = (await get(id)).pairs[0]?.after
    expect(planned).toMatchObject({ capture: null })
    expect((planned?.dueAt?.getTime() ?? 0) - Date.now()).toBeGreaterThan(55_000)
    expect(await startDueCaptures(world.app)).toBe(0)

    await world.app.db.pool.query('UPDATE deploy_pairs SET after_due_at = now()')
    // Still recording before: two at once would measure each other.
    expect(await startDueCaptures(world.app)).toBe(0)
    await finish(before?.id ?? '')
    const started = await Promise.all([startDueCaptures(world.app), startDueCaptures(world.app), startDueCaptures(world.app)])
    expect(started.reduce((sum, count) => sum + count, 0)).toBe(1)
    expect(await captureCount()).toBe(2)
    const [pair] = (await get(id)).pairs
    expect(pair?.after).toMatchObject({
      capture: { state: 'queued', hosts: 2, title: 'CPU profile, after checkout 1.2.3' },
      dueAt: null,
      note: null,
    })
    const { rows } = await world.app.db.pool.query<{ spec: unknown; reason: unknown }>(
      'SELECT spec, reason FROM captures ORDER BY created_at',
    )
    expect(rows.map((row) => row.spec)).toEqual([SPEC, SPEC])
    expect(rows.map((row) => row.reason)).toMatchObject(
      ['before', 'after'].map((side) => ({ kind: 'deploy', deployId: id, text: `${side} the deploy of checkout 1.2.3` })),
    )
    expect(hosts).toHaveLength(2)
  })

  it('compares a deploy that is over with the newest capture that is like it', async () => {
    const [a, b] = [await world.host('a', { service: 'checkout' }), await world.host('b', { service: 'checkout' })]
    const hour = 3_600_000
    await doneCapture([a, b], 30 * hour)
    const wanted = await doneCapture([a, b], 2 * hour)
    await doneCapture([a], hour)
    await doneCapture([a, b, await world.host('c')], hour)
    await doneCapture([a, b], hour, EVERY_COLLECTOR)
    const failed = await doneCapture([a, b], hour)
    await world.app.db.pool.query(`UPDATE targets SET state = 'failed' WHERE capture_id = $1 AND host_id = $2`, [failed, a.id])
    const gone = await doneCapture([a, b], hour)
    await deleteCapture(await world.actor('admin'), world.app, { id: gone })
    const { id } = await mark({})
    await doneCapture([a, b], -1_000)
    await recordDeploy(operator, world.app, { id, spec: SPEC, warmUpMs: 0 })
    const [pair] = (await get(id)).pairs
    expect(pair?.before.capture?.id).toBe(wanted)
    expect(pair?.after.capture).toMatchObject({ state: 'queued' })
  })

  it('starts nothing for another pair, which waits for a capture that somebody wants to pick', async () => {
    const host = await world.host('a', { service: 'checkout' })
    const { id } = await mark({})
    await pickDeployCapture(operator, world.app, { id, side: 'before', captureId: await doneCapture([host], -1_000) })
    await recordDeploy(operator, world.app, { id, spec: EVERY_COLLECTOR, warmUpMs: 0 })
    const pairs = (await get(id)).pairs
    expect(pairs.map((pair) => [pair.before.capture !== null, pair.after.capture !== null])).toEqual([
      [true, false],
      [false, true],
    ])
  })

  it('says why there is no capture', async () => {
    const host = await world.host('a', { service: 'checkout' })
    const { id } = await mark({})
    await recordDeploy(operator, world.app, { id, spec: SPEC, warmUpMs: 3_600_000 })
    expect((await get(id)).pairs[0]?.before.note).toMatch(/^No finished capture with these settings on these hosts/)
    // Whoever asked may not start captures any more when it is due.
    await world.app.db.pool.query('UPDATE deploy_pairs SET after_due_at = now()')
    await world.app.db.prisma.user.update({ where: { id: operator.userId }, data: { role: 'viewer' } })
    expect(await startDueCaptures(world.app)).toBe(0)
    expect((await get(id)).pairs[0]?.after.note).toBe('It was not started: a viewer may not do this.')
    expect(await startDueCaptures(world.app)).toBe(0)
    await removeHost(await world.actor('admin'), world.app, { id: host.id })
    await world.app.db.pool.query('UPDATE deploy_pairs SET after_due_at = now()')
    await startDueCaptures(world.app)
    expect((await get(id)).pairs[0]?.after.note).toMatch(/None of its hosts is known/)
    const none = await mark({ service: 'nobody' })
    const other = await world.actor('operator')
    await expect(recordDeploy(other, world.app, { id: none.id, spec: SPEC, warmUpMs: 0 })).rejects.toMatchObject({ code: 'conflict' })
    await expect(recordDeploy(await world.actor('viewer'), world.app, { id, spec: SPEC, warmUpMs: 0 })).rejects.toMatchObject({
      code: 'forbidden',
    })
  })

  it('takes captures that exist already, and says when one was deleted', async () => {
    const host = await world.host('a')
    const [first, second] = [await doneCapture([host], 5_000), await doneCapture([host], 1_000)]
    const { id } = await mark({})
    await pickDeployCapture(operator, world.app, { id, side: 'before', captureId: first })
    const pairId = (await get(id)).pairs[0]?.id ?? ''
    await world.app.db.pool.query(`UPDATE deploy_pairs SET verdict = '{"differs":null,"direction":null,"sentences":["x"],"warnings":[]}'`)
    await pickDeployCapture(operator, world.app, { id, pairId, side: 'after', captureId: second })
    expect((await get(id)).pairs).toMatchObject([{ before: { capture: { id: first } }, after: { capture: { id: second } }, verdict: null }])
    await deleteCapture(await world.actor('admin'), world.app, { id: first })
    expect((await get(id)).pairs[0]?.before.capture).toBeNull()
    const other = await mark({ version: 'other' })
    for (const wrong of [{ captureId: first }, { id: 'nothing' }, { pairId: 'nothing' }, { id: other.id, pairId }])
      await expect(pickDeployCapture(operator, world.app, { id, side: 'after', captureId: second, ...wrong })).rejects.toMatchObject({
        code: 'not-found',
      })
  })
})

describe('recording by a rule', () => {
  const rule = async (over: Partial<RuleInput> = {}, service = 'check*', delayS = 0) =>
    await createRule(
      operator,
      world.app,
      ruleInputSchema.parse({
        name: 'Around deploys',
        enabled: true,
        trigger: { kind: 'deploy', service, delayS },
        spec: SPEC,
        hosts: { by: 'search', search: 'env=prod' },
        maxHosts: 20,
        maxPerDay: 24,
        coolDownS: 600,
        ...over,
      }),
    )
  const prod = (name: string) => world.host(name, { service: 'checkout', env: 'prod' })

  it('records before at the first marker and after at the second, on the hosts that both are about, as who made the rule', async () => {
    const [a] = [await prod('a'), await world.host('t', { service: 'checkout', env: 'test' }), await world.host('p', { env: 'prod' })]
    const { id: ruleId } = await rule()
    await rule({ name: 'Of another service' }, 'billing')
    await rule({ name: 'Off', enabled: false })
    const ci = await world.actor('operator')
    const { id } = await mark({ state: 'started', key: 'run-1' }, ci)
    await mark({ state: 'started', key: 'run-1' }, ci)
    expect((await get(id)).pairs).toMatchObject([{ ruleId, title: 'Around deploys', before: { capture: { state: 'queued', hosts: 1 } } }])
    const before = (await get(id)).pairs[0]?.before.capture?.id ?? ''
    expect(await getCapture(operator, world.app, { id: before })).toMatchObject({
      createdBy: { id: operator.userId },
      reason: { kind: 'deploy', text: 'before the deploy of checkout 1.2.3', deployId: id, ruleId },
      targets: [{ hostId: a?.id }],
    })
    await finish(before)
    // The rule's cool-down is for deploys, not for the second half of one.
    await mark({ state: 'finished', key: 'run-1' }, ci)
    const after = (await get(id)).pairs[0]?.after
    expect(after).toMatchObject({ capture: { state: 'queued', hosts: 1 }, note: null })
    expect(await captureCount()).toBe(2)
    const next = await mark({ state: 'started', version: '1.2.4', key: 'run-2' }, ci)
    expect((await get(next.id)).pairs[0]?.before.note).toBe('It was not started: within the cool-down of 600 s.')
  })

  it('waits for the warm-up, and says which bound of the rule kept it from recording', async () => {
    await prod('a')
    await rule({ maxPerDay: 1, coolDownS: 0 }, 'checkout', 120)
    const { id } = await mark({ state: 'started' })
    await finish((await get(id)).pairs[0]?.before.capture?.id ?? '')
    await mark({ state: 'finished' })
    const [pair] = (await get(id)).pairs
    expect(pair).toMatchObject({ warmUpMs: 120_000, after: { capture: null } })
    expect(Math.abs((pair?.after.dueAt?.getTime() ?? 0) - Date.now() - 120_000)).toBeLessThan(5_000)
    await world.app.db.pool.query('UPDATE deploy_pairs SET after_due_at = now()')
    expect(await startDueCaptures(world.app)).toBe(0)
    expect((await get(id)).pairs[0]?.after).toMatchObject({
      dueAt: null,
      note: "It was not started: the rule's most is 1 capture in 24 hours.",
    })
  })

  it('that cannot be read keeps no other one waiting', async () => {
    await prod('a')
    const { id: broken } = await rule({ coolDownS: 0 }, 'checkout', 120)
    const { id: whole } = await rule({ coolDownS: 0 }, 'checkout', 120)
    const { id } = await mark({})
    await world.app.db.pool.query(
      `UPDATE deploy_pairs SET after_due_at = now() - CASE WHEN rule_id = $1 THEN interval '1 h' ELSE '0' END`,
      [broken],
    )
    await world.app.db.pool.query(`UPDATE rules SET spec = '{"version": 99}' WHERE id = $1`, [broken])
    await expect(startDueCaptures(world.app)).rejects.toThrow()
    const { pairs } = await get(id)
    const captureOf = (ruleId: string) => pairs.find((pair) => pair.ruleId === ruleId)?.after.capture
    expect([captureOf(broken), captureOf(whole)?.state]).toEqual([null, 'queued'])
  })

  it('of many services at once keeps none of them waiting for the other', async () => {
    await prod('a')
    const services = Array.from({ length: 12 }, (_, i) => `check-${i}`)
    const [, first] = [await rule({ name: 'B', coolDownS: 0 }), await rule({ name: 'A', coolDownS: 0 })]
    for (const service of services) await mark({ service, labels: { env: 'prod' }, state: 'started' })
    await world.app.db.pool.query(`UPDATE targets SET state = 'cancelled', ended_at = now()`)
    // Pairs lie in another order than rules are asked in.
    await world.app.db.pool.query('UPDATE deploy_pairs SET title = title WHERE rule_id = $1', [first.id])
    const marks = services.flatMap((service) => [
      mark({ service, labels: { env: 'prod' }, state: 'finished' }),
      mark({ service: `${service}-more`, labels: { env: 'prod' }, state: 'finished' }),
    ])
    const failed = (await Promise.allSettled(marks)).flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : []))
    expect(failed).toEqual([])
  })

  it('takes the hosts of the rule for a deploy that names none, and the newest capture for one marker alone', async () => {
    const host = await world.host('a', { env: 'prod' })
    const earlier = await doneCapture([host], 60_000)
    await rule()
    const { id } = await mark({})
    expect((await get(id)).pairs).toMatchObject([
      { hostIds: [host.id], before: { capture: { id: earlier } }, after: { capture: { hosts: 1 } } },
    ])
  })
})

describe('the verdict', () => {
  it('is made once both captures have ended, and kept until another one is picked', async () => {
    const host = await world.host('a')
    const [first, second] = [await doneCapture([host], 5_000), await world.capture([host])]
    const { id } = await mark({})
    await pickDeployCapture(operator, world.app, { id, side: 'before', captureId: first })
    const pairId = (await get(id)).pairs[0]?.id ?? ''
    const viewer = await world.actor('viewer')
    await expect(readDeployVerdict(viewer, world.app, { id, pairId })).rejects.toMatchObject({ code: 'conflict' })
    await pickDeployCapture(operator, world.app, { id, pairId, side: 'after', captureId: second })
    await expect(readDeployVerdict(viewer, world.app, { id, pairId })).rejects.toMatchObject({ code: 'conflict' })
    await finish(second)
    const verdict = await readDeployVerdict(viewer, world.app, { id, pairId })
    // Two captures that recorded nothing.
    expect(verdict).toMatchObject({ differs: null, direction: null, sentences: [expect.stringMatching(/./)] })
    expect((await get(id)).pairs[0]?.verdict).toEqual(verdict)
    // Kept, and still about captures: a token that may read deploys alone learns nothing of it, in no answer.
    const token: Actor = { ...operator, scopes: ['deploys:read', 'deploys:write'], tokenId: 'a-token' }
    await expect(readDeployVerdict(token, world.app, { id, pairId })).rejects.toMatchObject({ code: 'forbidden' })
    const { items } = await listDeploys(token, world.app, {})
    const answers = [await getDeploy(token, world.app, { id }), ...items, await mark({ state: 'finished' }, token)]
    expect(answers.flatMap((deploy) => deploy.pairs.map((pair) => pair.verdict))).not.toContainEqual(verdict)
    expect(await readDeployVerdict({ ...token, scopes: ['deploys:read', 'captures:read'] }, world.app, { id, pairId })).toEqual(verdict)
    await pickDeployCapture(operator, world.app, { id, pairId, side: 'after', captureId: first })
    expect((await get(id)).pairs[0]?.verdict).toBeNull()
    await expect(readDeployVerdict(viewer, world.app, { id, pairId: 'nothing' })).rejects.toMatchObject({ code: 'not-found' })
    await expect(readDeployVerdict({ kind: 'anonymous' }, world.app, { id, pairId })).rejects.toMatchObject({ code: 'not-signed-in' })
  })

  it('points one way only where what changed for sure does', () => {
    const direction = (differs: boolean | null, ...changes: [change: number, significant: boolean][]) => {
      const measure = ([change, significant]: [number, boolean]) => ({
        a: 1,
        b: 1 + change,
        change,
        low: change,
        high: change,
        q: 0.01,
        significant,
        hosts: null,
        countA: 9,
        countB: 9,
      })
      const functions = changes.map((change) => ({
        key: 'k',
        name: 'f',
        module: 'm',
        kind: 0,
        presence: 'both' as const,
        self: measure(change),
        total: measure(change),
      }))
      return shortOf({ differs, sentences: ['x'], warnings: [], functions }).direction
    }
    expect(direction(true, [0.5, true], [-0.1, true])).toBe('more')
    expect(direction(true, [0.1, true], [-0.5, true], [9, false])).toBe('less')
    expect(direction(true, [0.5, true], [-0.45, true])).toBeNull()
    expect(direction(true)).toBeNull()
    expect(direction(false, [0.5, true])).toBeNull()
    expect(direction(null, [0.5, true])).toBeNull()
  })
})

describe('deleting', () => {
  it('is for admins, takes the plan along and leaves the captures', async () => {
    await world.host('a', { service: 'checkout' })
    const { id } = await mark({ state: 'started' })
    await recordDeploy(operator, world.app, { id, spec: SPEC, warmUpMs: 0 })
    await expect(deleteDeploy(operator, world.app, { id })).rejects.toMatchObject({ code: 'forbidden' })
    const admin = await world.actor('admin')
    await deleteDeploy(admin, world.app, { id })
    expect(await captureCount()).toBe(1)
    await expect(deleteDeploy(admin, world.app, { id })).rejects.toMatchObject({ code: 'not-found' })
    await expect(get(id)).rejects.toMatchObject({ code: 'not-found' })
  })
})

it('starts nothing when the announcement is all that fails', async () => {
  // A gateway that hears nothing looks again by itself: the marker and its captures stand.
  await world.host('a', { service: 'checkout' })
  const { id } = await mark({ state: 'started' })
  const announce = vi.spyOn(world.app.bus, 'announce').mockRejectedValueOnce(new Error('no connection'))
  await expect(recordDeploy(operator, world.app, { id, spec: SPEC, warmUpMs: 0 })).rejects.toThrow('no connection')
  announce.mockRestore()
  const capture = (await get(id)).pairs[0]?.before.capture
  expect(capture?.state).toBe('queued')
  await cancelCapture(operator, world.app, { id: capture?.id ?? '' })
  await startCapture(operator, world.app, { hostIds: (await get(id)).hosts.map((h) => h.id), spec: SPEC })
})
