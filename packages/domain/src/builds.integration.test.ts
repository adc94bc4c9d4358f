import { type Actor, type HostBuild, heartbeatSchema, markDeployInputSchema } from '@sonde/contract'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { AgentHost } from './agent-host.ts'
import { decideDeploy } from './decide-deploy.ts'
import { listDeploys } from './list-deploys.ts'
import { markDeploy } from './mark-deploy.ts'
import { recordHeartbeat } from './record-heartbeat.ts'
import { createWorld, LOAD, type World } from './testing/index.ts'

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

const A = 'aaaaaaaaaaaaaaaa'
const B = 'bbbbbbbbbbbbbbbb'
const C = 'cccccccccccccccc'
const build = (buildId: string, over: Partial<HostBuild> = {}): HostBuild => ({
  name: 'checkout',
  path: '/usr/bin/checkout',
  buildId,
  service: null,
  processes: 1,
  sinceMs: 0,
  ...over,
})
/** As the gateway takes it in. */
const beat = async (host: AgentHost, ...builds: HostBuild[]) => {
  await recordHeartbeat(host, world.app, heartbeatSchema.parse({ load: LOAD, builds: { builds, left: 0 } }))
}
const proposals = async () =>
  (await listDeploys(operator, world.app, { states: ['proposed'] })).items.map((deploy) => ({
    service: deploy.service,
    builds: `${deploy.noticed?.previousBuildId[0]}→${deploy.noticed?.buildId[0]}`,
    hosts: deploy.hosts.map((host) => host.name),
  }))

describe('what is noticed', () => {
  it('is one proposal for each new build of a program, with the hosts that follow', async () => {
    const [one, two, late] = [await world.host('one'), await world.host('two'), await world.host('late')]
    for (const host of [one, two, late]) await beat(host, build(A), build('dddddddd', { name: 'sshd', path: '/usr/sbin/sshd' }))
    expect(await proposals()).toEqual([])
    await beat(one, build(B))
    await beat(two, build(B))
    expect(await proposals()).toEqual([{ service: 'checkout', builds: 'a→b', hosts: ['one', 'two'] }])
    await beat(one, build(B))
    // Half an hour later it is another rollout.
    await world.app.db.pool.query(`UPDATE deploys SET at = at - interval '31 minutes'`)
    await beat(late, build(B))
    expect(await proposals()).toHaveLength(2)
  })

  it('is noticed on many hosts at once, in whatever order they tell of it', async () => {
    const hosts = await Promise.all(Array.from({ length: 8 }, (_, i) => world.host(`host-${i}`)))
    const all = (buildId: string) =>
      Array.from({ length: 8 }, (_, i) => build(buildId, { name: `program-${i}`, path: `/usr/bin/program-${i}` }))
    for (const host of hosts) await beat(host, ...all(A))
    const beats = hosts.map((host, i) => beat(host, ...(i % 2 ? all(B) : all(B).reverse())))
    const failed = (await Promise.allSettled(beats)).flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : []))
    expect(failed).toEqual([])
    expect((await proposals()).map((one) => one.hosts.length)).toEqual(Array(8).fill(8))
  })

  it('is a rollout once the old build has gone, not while both run', async () => {
    const host = await world.host('one')
    await beat(host, build(A))
    await beat(host, build(A), build(B))
    expect(await proposals()).toEqual([])
    await beat(host, build(B))
    expect(await proposals()).toMatchObject([{ builds: 'a→b' }])
    // Two versions side by side for days are two programs of one name.
    await beat(host, build(B), build(C))
    await world.app.db.pool.query(`UPDATE host_builds SET seen_at = seen_at - interval '25 hours'`)
    await beat(host, build(C))
    expect(await proposals()).toHaveLength(1)
  })

  it('is neither the first sight of a program nor its return as it was, but going back to an older build is', async () => {
    const host = await world.host('one')
    await beat(host)
    await beat(host, build(A))
    await beat(host)
    await beat(host, build(A))
    expect(await proposals()).toEqual([])
    await beat(host, build(B))
    await beat(host)
    await beat(host, build(B))
    expect(await proposals()).toHaveLength(1)
    await world.app.db.pool.query(`UPDATE deploys SET at = at - interval '1 hour'`)
    await beat(host, build(A))
    expect((await proposals()).map((proposal) => proposal.builds)).toEqual(['b→a', 'a→b'])
  })

  it('tells programs apart by name and path', async () => {
    const host = await world.host('one')
    await beat(host, build(A), build(B, { path: '/opt/checkout' }), build(C, { name: 'other' }))
    await beat(host, build(A), build(B, { path: '/opt/checkout' }), build(C, { name: 'other' }))
    expect(await proposals()).toEqual([])
    await beat(host, build(A), build(C, { path: '/opt/checkout', service: 'payments' }), build(C, { name: 'other' }))
    expect(await proposals()).toMatchObject([{ service: 'payments', builds: 'b→c' }])
  })

  it('is not proposed again once dismissed, nor beside a marker of the same service', async () => {
    const [one, two] = [await world.host('one'), await world.host('two', { service: 'checkout' })]
    for (const host of [one, two]) await beat(host, build(A))
    await beat(one, build(B))
    const [proposed] = (await listDeploys(operator, world.app, { states: ['proposed'] })).items
    await decideDeploy(operator, world.app, { id: proposed?.id ?? '', decision: 'dismiss' })
    await beat(two, build(B))
    expect(await proposals()).toEqual([])
    await markDeploy(operator, world.app, markDeployInputSchema.parse({ service: 'checkout', version: '3' }), 'api')
    await beat(two, build(C))
    expect(await proposals()).toEqual([])
    await beat(one, build(C))
    expect(await proposals()).toMatchObject([{ hosts: ['one'] }])
  })

  it('keeps its bounds, whatever a host sends', async () => {
    const host = await world.host('one')
    const many = (buildId: string) => Array.from({ length: 200 }, (_, i) => build(buildId, { name: `p${i}` }))
    await beat(host, ...many(A))
    await beat(host, ...many(B))
    expect(await proposals()).toHaveLength(20)
    const hostile = build(C, { name: 'a\u0000<b>\u202e', path: `/${'x'.repeat(5_000)}`, service: '\ud800' })
    await beat(host, hostile, hostile)
    await beat(host, build(A, { name: hostile.name, path: hostile.path }))
    for (const wrong of [{ ...build('not hex') }, { ...build(A), processes: 0 }])
      expect(heartbeatSchema.safeParse({ load: LOAD, builds: { builds: [wrong], left: 0 } }).success).toBe(false)
    expect(heartbeatSchema.safeParse({ load: LOAD, builds: { builds: [...many(A), build(B)], left: 0 } }).success).toBe(false)
    for (let i = 0; i < 12; i++) await beat(host, ...many(`${i.toString(16).repeat(8)}ff`))
    const { rows } = await world.app.db.pool.query<{ n: number }>('SELECT count(*)::int AS n FROM host_builds')
    expect(rows[0]?.n).toBeLessThanOrEqual(2_200)
  })
})
