import { setTimeout as sleep } from 'node:timers/promises'
import type { QueryAnswer } from '@sonde/contract'
import { verifyPassword } from 'better-auth/crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { authenticateAgent } from './agent-host.ts'
import { answerQuery } from './answer-query.ts'
import { ASK_TIMEOUT_MS, askProcesses, previewCapture } from './ask-hosts.ts'
import { claimWork } from './claim-work.ts'
import { enrolHost } from './enrol-host.ts'
import { getHost } from './get-host.ts'
import { acceptInvite, checkInvite, createSetupLink, invitePerson } from './invites.ts'
import { createJoinToken, issueJoinToken, listJoinTokens, revokeJoinToken } from './join-tokens.ts'
import { listHosts } from './list-hosts.ts'
import { listPeople, readSession } from './people.ts'
import { recordHeartbeat } from './record-heartbeat.ts'
import { removeHost } from './remove-host.ts'
import { createWorld, FACTS, LOAD, SPEC, type World } from './testing/index.ts'

let world: World
beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world.close())
beforeEach(() => world.clear())

const tokenOf = (url: string) => new URL(url).searchParams.get('token') ?? ''
const signup = (token: string, email = 'Ada@Example.org') => ({ token, name: 'Ada', email, password: 'correct horse battery' })
const enrol = (joinToken: string, machineKey = 'a'.repeat(64)) =>
  enrolHost(world.app, { joinToken, machineKey, facts: FACTS, labels: { env: 'test' } })

describe('the set-up link', () => {
  it('makes the first account, an admin, once, with a password that better-auth takes', async () => {
    expect(await readSession({ kind: 'anonymous' }, world.app)).toEqual({ user: null, setupNeeded: true })
    const old = await createSetupLink(world.app)
    const link = await createSetupLink(world.app)
    expect(link?.url).toMatch(/^http:\/\/web\.test\/welcome\?token=siv_[\w-]{43}$/)
    const token = tokenOf(link?.url ?? '')
    expect(await checkInvite(world.app, { token: tokenOf(old?.url ?? '') })).toEqual({ valid: false, role: null })
    expect(await checkInvite(world.app, { token })).toEqual({ valid: true, role: 'admin' })
    expect(await acceptInvite(world.app, signup(token))).toEqual({ email: 'ada@example.org' })
    const user = await world.app.db.prisma.user.findUniqueOrThrow({ where: { email: 'ada@example.org' }, include: { accounts: true } })
    expect(user).toMatchObject({ role: 'admin', emailVerified: true, accounts: [{ providerId: 'credential', accountId: user.id }] })
    expect(await verifyPassword({ hash: user.accounts[0]?.password ?? '', password: 'correct horse battery' })).toBe(true)
    expect(await verifyPassword({ hash: user.accounts[0]?.password ?? '', password: 'wrong' })).toBe(false)
    expect(await checkInvite(world.app, { token })).toEqual({ valid: false, role: null })
    await expect(acceptInvite(world.app, signup(token, 'b@example.org'))).rejects.toMatchObject({ code: 'not-found' })
    expect(await createSetupLink(world.app)).toBeNull()
    expect(await readSession({ kind: 'anonymous' }, world.app)).toEqual({ user: null, setupNeeded: false })
  })

  it('makes one account when used twice at once, and none after somebody else has one', async () => {
    const token = tokenOf((await createSetupLink(world.app))?.url ?? '')
    const results = await Promise.allSettled(
      ['x@example.org', 'y@example.org', 'z@example.org'].map((email) => acceptInvite(world.app, signup(token, email))),
    )
    expect(results.filter((r) => r.status === 'fulfilled')).toHaveLength(1)
    expect(await world.app.db.prisma.user.count()).toBe(1)
    await world.clear()
    const late = tokenOf((await createSetupLink(world.app))?.url ?? '')
    await world.actor('viewer')
    expect(await checkInvite(world.app, { token: late })).toEqual({ valid: false, role: null })
    await expect(acceptInvite(world.app, signup(late))).rejects.toMatchObject({ code: 'not-found' })
  })

  it('is not stored as it is', async () => {
    const token = tokenOf((await createSetupLink(world.app))?.url ?? '')
    const { rows } = await world.app.db.pool.query('SELECT * FROM invites')
    expect(JSON.stringify(rows)).not.toContain(token.slice(4))
  })
})

describe('an invitation', () => {
  it('gives its role, is not used up by a failure, and ends after its time', async () => {
    const admin = await world.actor('admin')
    const { url, expiresAt } = await invitePerson(admin, world.app, { role: 'operator' })
    const token = tokenOf(url)
    expect(expiresAt.getTime()).toBeGreaterThan(Date.now() + 71 * 3_600_000)
    await world.app.db.prisma.user.create({ data: { id: 'taken', name: 'T', email: 'taken@example.org' } })
    await expect(acceptInvite(world.app, signup(token, 'TAKEN@example.org'))).rejects.toMatchObject({ code: 'conflict' })
    await acceptInvite(world.app, signup(token))
    expect((await listPeople(admin, world.app)).find((p) => p.email === 'ada@example.org')).toMatchObject({ role: 'operator', name: 'Ada' })

    const expired = tokenOf((await invitePerson(admin, world.app, { role: 'admin' })).url)
    await world.app.db.pool.query(`UPDATE invites SET expires_at = now() - interval '1 s' WHERE used_at IS NULL`)
    expect(await checkInvite(world.app, { token: expired })).toEqual({ valid: false, role: null })
    for (const junk of ['', 'siv_x', `siv_${'a'.repeat(43)}`, expired.replace('siv_', 'sjt_')]) {
      expect(await checkInvite(world.app, { token: junk })).toEqual({ valid: false, role: null })
    }
  })
})

describe('enrolment', () => {
  it('gives a host and a token, which works until the host is removed or enrols again', async () => {
    const { token } = await issueJoinToken(world.app, { uses: 2 }, null)
    const first = await enrol(token)
    expect(await authenticateAgent(world.app, first.agentToken)).toMatchObject({ id: first.hostId, name: 'web-1' })
    const { token: other } = await issueJoinToken(world.app, {}, null)
    const again = await enrol(other)
    expect(again.hostId).toBe(first.hostId)
    await expect(authenticateAgent(world.app, first.agentToken)).rejects.toMatchObject({ code: 'not-signed-in' })
    const admin = await world.actor('admin')
    await removeHost(admin, world.app, { id: first.hostId })
    await expect(authenticateAgent(world.app, again.agentToken)).rejects.toMatchObject({ code: 'not-signed-in' })
    expect(await listHosts(admin, world.app, {})).toEqual([])
    await expect(getHost(admin, world.app, { id: first.hostId })).rejects.toMatchObject({ code: 'not-found' })
    const back = await enrol((await issueJoinToken(world.app, {}, null)).token)
    expect(back.hostId).toBe(first.hostId)
    expect(await listHosts(admin, world.app, {})).toHaveLength(1)
    for (const junk of ['', 'sat_', `sat_${'a'.repeat(43)}`, token])
      await expect(authenticateAgent(world.app, junk)).rejects.toMatchObject({ code: 'not-signed-in' })
  })

  it('takes a join token as often as it says, within its time, not revoked', async () => {
    const admin = await world.actor('admin')
    const { token, command } = await createJoinToken(admin, world.app, { minutes: 5, uses: 2 })
    expect(command).toContain(`SONDE_GATEWAY_URL=http://gateway.test SONDE_JOIN_TOKEN=${token}`)
    const results = await Promise.allSettled(['1', '2', '3', '4'].map((n) => enrol(token, n.repeat(64))))
    expect(results.filter((r) => r.status === 'fulfilled')).toHaveLength(2)
    expect(await listJoinTokens(admin, world.app)).toMatchObject([{ uses: 2, maxUses: 2, state: 'used-up', createdBy: 'Some admin' }])

    const expired = await issueJoinToken(world.app, {}, null)
    await world.app.db.pool.query(`UPDATE join_tokens SET expires_at = now() - interval '1 s' WHERE uses = 0`)
    await expect(enrol(expired.token)).rejects.toMatchObject({ code: 'not-signed-in' })
    const revoked = await createJoinToken(admin, world.app, {})
    const [newest] = await listJoinTokens(admin, world.app)
    await revokeJoinToken(admin, world.app, { id: newest?.id ?? '' })
    await expect(enrol(revoked.token)).rejects.toMatchObject({ code: 'not-signed-in' })
    expect((await listJoinTokens(admin, world.app)).map((t) => t.state)).toEqual(['revoked', 'expired', 'used-up'])
    await expect(revokeJoinToken(admin, world.app, { id: 'no-such-token' })).rejects.toMatchObject({ code: 'not-found' })
    for (const junk of ['', 'sjt_x', `sjt_${'a'.repeat(43)}`]) await expect(enrol(junk)).rejects.toMatchObject({ code: 'not-signed-in' })
  })

  it('can be repeated with the same token when the answer got lost', async () => {
    const { token } = await issueJoinToken(world.app, { uses: 1 }, null)
    const first = await enrol(token)
    const second = await enrol(token)
    expect(second.hostId).toBe(first.hostId)
    await authenticateAgent(world.app, second.agentToken)
    await expect(enrol(token, 'b'.repeat(64))).rejects.toMatchObject({ code: 'not-signed-in' })
  })
})

describe('hosts', () => {
  it('are online while they send heartbeats, which bring load, and facts where they changed', async () => {
    const viewer = await world.actor('viewer')
    const host = await world.host('web-1', { env: 'prod' })
    await recordHeartbeat(host, world.app, { load: LOAD })
    expect(await getHost(viewer, world.app, { id: host.id })).toMatchObject({
      online: true,
      load: LOAD,
      labels: { env: 'prod' },
      facts: { os: 'debian 12' },
    })
    await recordHeartbeat(host, world.app, {
      load: LOAD,
      facts: { ...FACTS, hostname: 'renamed\0', os: 'debian 13' },
      labels: { env: 'dev' },
    })
    expect(await getHost(viewer, world.app, { id: host.id })).toMatchObject({
      name: 'renamed\uFFFD',
      labels: { env: 'dev' },
      facts: { os: 'debian 13' },
    })
    await world.silence(host, 31_000)
    expect((await getHost(viewer, world.app, { id: host.id })).online).toBe(false)
  })

  it('are found by labels and text, all words', async () => {
    const viewer = await world.actor('viewer')
    await world.host('web-1', { env: 'prod', service: 'checkout' })
    await world.host('web-2', { env: 'dev', service: 'checkout' })
    await world.host('db_1', { env: 'prod' })
    const names = async (search: string) => (await listHosts(viewer, world.app, { search })).map((h) => h.name)
    expect(await names('')).toEqual(['db_1', 'web-1', 'web-2'])
    expect(await names('env=prod')).toEqual(['db_1', 'web-1'])
    expect(await names('service=checkout env=prod')).toEqual(['web-1'])
    expect(await names('env=prod env=dev')).toEqual([])
    expect(await names('env=pro')).toEqual([])
    expect(await names('WEB checkout')).toEqual(['web-1', 'web-2'])
    expect(await names('perf 6.1.0-18 debian')).toHaveLength(3)
    expect(await names('b_1')).toEqual(['db_1'])
    expect(await names('%')).toEqual([])
    expect(await names("x' OR '1'='1")).toEqual([])
    expect(await names('Env=prod')).toHaveLength(2) // not a label key: text, and "env=prod" is in the labels' text
  })
})

describe('questions to live hosts', () => {
  const answerAll = async (host: { id: string; name: string }, kind: 'processes' | 'plan' | 'error') => {
    for (let i = 0; i < 100; i++) {
      const commands = await claimWork(host, world.app)
      for (const command of commands) {
        if (command.type !== 'query') continue
        const answer: QueryAnswer = {
          processes: { kind: 'processes' as const, processes: { takenAtMs: 1, rows: [], truncated: false } },
          plan: { kind: 'plan' as const, preview: { ok: true as const, commands: [], matchedProcesses: null } },
          error: { kind: 'error' as const, message: 'cannot' },
        }[kind]
        await answerQuery(host, world.app, { id: command.queryId, answer })
        await expect(answerQuery(host, world.app, { id: command.queryId, answer })).rejects.toMatchObject({ code: 'not-found' })
        return
      }
      await sleep(20)
    }
    throw new Error('nobody asked')
  }

  it('are answered by the agent, once', async () => {
    const operator = await world.actor('operator')
    const host = await world.host()
    const [list] = await Promise.all([askProcesses(operator, world.app, { hostId: host.id }), answerAll(host, 'processes')])
    expect(list).toEqual({ takenAtMs: 1, rows: [], truncated: false })
    const failing = Promise.all([
      expect(askProcesses(operator, world.app, { hostId: host.id })).rejects.toMatchObject({ code: 'unprocessable', message: 'cannot' }),
      answerAll(host, 'error'),
    ])
    await failing
    expect((await world.app.db.pool.query('SELECT FROM host_queries')).rowCount).toBe(0)
  })

  it('fail at once for a host that is away, and each host speaks for itself in a preview', async () => {
    const operator = await world.actor('operator')
    const [here, away] = [await world.host('here'), await world.host('away')]
    await world.silence(away, 60_000)
    const startedMs = performance.now()
    await expect(askProcesses(operator, world.app, { hostId: away.id })).rejects.toMatchObject({
      code: 'host-offline',
      message: 'away is not connected',
    })
    expect(performance.now() - startedMs).toBeLessThan(1_000)
    const [previews] = await Promise.all([
      previewCapture(operator, world.app, { hostIds: [away.id, here.id], spec: SPEC }),
      answerAll(here, 'plan'),
    ])
    expect(previews).toEqual([
      { hostId: away.id, hostName: 'away', preview: { ok: false, reason: 'host-offline', message: 'away is not connected' } },
      { hostId: here.id, hostName: 'here', preview: { ok: true, commands: [], matchedProcesses: null } },
    ])
    await expect(previewCapture(operator, world.app, { hostIds: ['no-such-host'], spec: SPEC })).rejects.toMatchObject({
      code: 'not-found',
    })
  })

  it('end after eight seconds without an answer, and another host cannot answer them', async () => {
    const operator = await world.actor('operator')
    const [host, other] = [await world.host('slow'), await world.host()]
    const startedMs = performance.now()
    const asked = expect(askProcesses(operator, world.app, { hostId: host.id })).rejects.toMatchObject({ code: 'timeout' })
    await sleep(200)
    const [command] = await claimWork(host, world.app)
    const id = command?.type === 'query' ? command.queryId : ''
    await expect(answerQuery(other, world.app, { id, answer: { kind: 'error', message: 'spoofed' } })).rejects.toMatchObject({
      code: 'not-found',
    })
    await asked
    expect(performance.now() - startedMs).toBeGreaterThan(ASK_TIMEOUT_MS - 500)
    await expect(answerQuery(host, world.app, { id, answer: { kind: 'error', message: 'late' } })).rejects.toMatchObject({
      code: 'not-found',
    })
  }, 20_000)
})
