import { readdirSync } from 'node:fs'
import path from 'node:path'
import { type Actor, ROLES, type RuleInput, SondeError } from '@sonde/contract'
import { type App, addComment, createIncident, createRule, createShare, importCapture, readProfile, startCapture } from '@sonde/domain'
import { createWorld, SPEC, type World } from '@sonde/domain/testing'
import { TRPCError } from '@trpc/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { appRouter, createCaller } from './app-router.ts'

/** What each kind of caller gets. `own`: yes for what they made, no for what others made. */
type Row = {
  anonymous: 'yes' | 'no'
  viewer: 'yes' | 'no' | 'own'
  operator: 'yes' | 'no' | 'own'
  admin: 'yes' | 'no' | 'own'
  /** Through a share link of the capture `shared`, which is then asked for; nothing else is let through. */
  share?: 'yes'
  input?: unknown
}

const everyone = { anonymous: 'yes', viewer: 'yes', operator: 'yes', admin: 'yes' } as const
const reader = { anonymous: 'no', viewer: 'yes', operator: 'yes', admin: 'yes' } as const
const operator = { anonymous: 'no', viewer: 'no', operator: 'yes', admin: 'yes' } as const
const admin = { anonymous: 'no', viewer: 'no', operator: 'no', admin: 'yes' } as const
const owner = { anonymous: 'no', viewer: 'no', operator: 'own', admin: 'yes' } as const
const author = { anonymous: 'no', viewer: 'own', operator: 'own', admin: 'own' } as const
const authorOrAdmin = { anonymous: 'no', viewer: 'own', operator: 'own', admin: 'yes' } as const
const unknown = 'unknown-id-0000'
const shared = { share: 'yes', ...reader } as const
const SCHEDULE = { trigger: { kind: 'schedule', cron: '0 3 * * *', timeZone: 'UTC' }, hosts: { by: 'search', search: 'service=nothing' } }

const RULE_INPUT: RuleInput = {
  name: 'Nightly',
  enabled: false,
  trigger: { kind: 'alert', matchers: [], narrow: true },
  spec: SPEC,
  hosts: { by: 'search', search: 'service=nothing' },
  maxHosts: 1,
  maxPerDay: 1,
  coolDownS: 0,
}

/** Every procedure, with an input that does no harm when it is let through. A procedure that is not here fails the test below. */
const MATRIX: Record<string, Row> = {
  'session.me': everyone,
  'people.list': admin,
  'people.invite': { ...admin, input: { role: 'viewer' } },
  'people.checkInvite': { ...everyone, input: { token: 'siv_nothing' } },
  'people.acceptInvite': {
    ...everyone,
    input: { token: 'siv_nothing-at-all', name: 'N', email: 'n@example.org', password: 'long enough a password' },
  },
  'hosts.list': reader,
  'hosts.get': { ...reader, input: { id: unknown } },
  'hosts.remove': { ...admin, input: { id: unknown } },
  'hosts.processes': { ...operator, input: { hostId: unknown } },
  'hosts.preview': { ...operator, input: { hostIds: [unknown], spec: SPEC } },
  'hosts.forecast': { ...operator, input: { hostIds: [unknown], spec: SPEC } },
  'joinTokens.create': { ...admin, input: {} },
  'joinTokens.list': admin,
  'joinTokens.revoke': { ...admin, input: { id: unknown } },
  'tokens.create': { ...reader, input: { name: 'ci', scopes: ['hosts:read'] } },
  'tokens.list': reader,
  'tokens.revoke': { ...reader, input: { id: unknown } },
  'device.get': { ...reader, input: { userCode: 'BCDF-GHJK' } },
  'device.answer': { ...reader, input: { userCode: 'BCDF-GHJK', allow: true } },
  'captures.start': { ...operator, input: { hostIds: [unknown], spec: SPEC } },
  'captures.list': reader,
  'captures.get': { ...shared, input: { id: unknown } },
  'captures.watch': { ...shared, input: { id: unknown } },
  'captures.cancel': { ...operator, input: { id: unknown } },
  'captures.delete': owner,
  'captures.rerun': { ...operator, input: { id: unknown } },
  'tags.list': reader,
  'tags.of': { ...reader, input: { id: unknown } },
  'tags.set': { ...operator, input: { id: unknown, tag: 'x', on: true } },
  'incidents.list': reader,
  'incidents.get': { ...reader, input: { id: unknown } },
  'incidents.create': { ...operator, input: { title: 'x' } },
  'incidents.update': { ...operator, input: { id: unknown, title: 'x' } },
  'incidents.delete': owner,
  'incidents.addItem': { ...operator, input: { incidentId: unknown, item: { kind: 'note', text: 'x' } } },
  'incidents.updateItem': { ...operator, input: { id: unknown, text: 'x' } },
  'incidents.removeItem': { ...operator, input: { id: unknown } },
  'incidents.export': { ...reader, input: { id: unknown } },
  'people.names': reader,
  'comments.list': { ...reader, input: { captureId: unknown } },
  'comments.watch': { ...reader, input: { captureId: unknown, page: 'pageone1' } },
  'comments.add': {
    ...reader,
    input: { id: unknown, captureId: unknown, text: 'x', pin: { on: 'capture' }, replyTo: null },
  },
  'comments.edit': author,
  'comments.delete': authorOrAdmin,
  'comments.resolve': { ...reader, input: { id: unknown, resolved: true } },
  'comments.present': { ...reader, input: { captureId: unknown, page: 'pageone1', pane: '' } },
  'comments.presentByLink': { anonymous: 'no', viewer: 'no', operator: 'no', admin: 'no', share: 'yes', input: { id: unknown } },
  'mentions.count': reader,
  'mentions.list': reader,
  'mentions.see': { ...reader, input: { captureId: unknown } },
  'captures.syscalls': { ...shared, input: { id: unknown } },
  'captures.syscallTimes': { ...shared, input: { id: unknown } },
  'captures.counts': { ...shared, input: { id: unknown } },
  'captures.latency': { ...shared, input: { id: unknown } },
  'captures.events': { ...shared, input: { id: unknown } },
  'captures.counters': { ...shared, input: { id: unknown } },
  'shares.create': { ...operator, input: { id: unknown } },
  'shares.list': { ...operator, input: {} },
  'shares.revoke': { ...owner, input: { id: unknown } },
  // Links alone have readers to count.
  'shares.countRead': { anonymous: 'no', viewer: 'no', operator: 'no', admin: 'no', share: 'yes' },
  'rules.list': reader,
  'rules.get': { ...reader, input: { id: unknown } },
  'rules.preview': { ...operator, input: SCHEDULE },
  'rules.create': { ...operator, input: RULE_INPUT },
  'rules.update': owner,
  'rules.delete': owner,
  'rules.setEnabled': owner,
  'rules.fire': owner,
  'rules.rotateToken': owner,
  'comparisons.verdict': { ...reader, input: { a: { capture: unknown }, b: { capture: unknown } } },
  'probes.search': { ...reader, input: { hostIds: [unknown], text: 'open' } },
  'probes.binary': { ...operator, input: { hostIds: [unknown], text: '', binary: { of: 'library', name: 'libc.so.6' } } },
  'deploys.mark': { ...operator, input: { service: 'checkout', version: '1' } },
  'deploys.list': { ...reader, input: {} },
  'deploys.services': reader,
  'deploys.get': { ...reader, input: { id: unknown } },
  'deploys.verdict': { ...reader, input: { id: unknown, pairId: unknown } },
  'deploys.decide': { ...operator, input: { id: unknown, decision: 'dismiss' } },
  'deploys.record': { ...operator, input: { id: unknown, spec: SPEC } },
  'deploys.pick': { ...operator, input: { id: unknown, side: 'before', captureId: unknown } },
  'deploys.delete': { ...admin, input: { id: unknown } },
  'probes.describe': { ...operator, input: { hostIds: [unknown], probes: [{ kind: 'pmu', event: 'cycles' }] } },
}

type UseCase = (actor: Actor, app: App) => Promise<unknown>
const refuseFile = async (): Promise<never> => {
  throw new SondeError('unprocessable', 'no profile')
}

/** The web app's HTTP handlers beside the procedures, by their folder, with the use case of each; `null`: of nobody's data, or with a token of its own. One that is not here fails the test below. */
const HANDLERS: Record<string, (Row & { useCase: UseCase }) | null> = {
  'auth/[...all]': null,
  'captures/[id]/profile': { ...reader, useCase: (actor, app) => readProfile(actor, app, { id: unknown }) },
  'captures/import': { ...operator, useCase: (actor, app) => importCapture(actor, app, { fileName: 'x', read: refuseFile }) },
  health: null,
  // Slack's signature lets in, and then the person in Sonde that the Slack user is: apps/web/src/slack/slack.integration.test.ts.
  'slack/commands': null,
  'slack/events': null,
  'trpc/[trpc]': null,
  // Its own matrix, by scope and role: rest/serve.integration.test.ts.
  'v1/[...path]': null,
  'v1/hooks/alerts/[id]': null,
}

let world: World
const actors = new Map<string, Actor>([['anonymous', { kind: 'anonymous' }]])
beforeAll(async () => {
  world = await createWorld()
  for (const role of ROLES) actors.set(role, await world.actor(role))
})
afterAll(() => world.close())

/** `yes`, or the code of the refusal. Other errors (not found, not valid …) mean that the caller was let through. */
async function call(path: string, actor: Actor, input: unknown): Promise<string> {
  const [noun = '', verb = ''] = path.split('.')
  const caller: unknown = Reflect.get(Reflect.get(createCaller({ actor, app: world.app }), noun), verb)
  if (typeof caller !== 'function') throw new Error(`no procedure ${path}`)
  try {
    await caller(input)
    return 'yes'
  } catch (error) {
    if (!(error instanceof TRPCError)) throw error
    expect(error.code).not.toBe('INTERNAL_SERVER_ERROR')
    return error.code === 'UNAUTHORIZED' || error.code === 'FORBIDDEN' ? error.code : 'yes'
  }
}

async function captureOf(actor: Actor): Promise<{ id: string }> {
  const host = await world.host()
  return await startCapture(actor, world.app, { hostIds: [host.id], spec: SPEC })
}

async function commentOf(actor: Actor): Promise<{ id: string }> {
  const { id: captureId } = await captureOf(await world.actor('operator'))
  return await addComment(actor, world.app, { id: world.app.newId(), captureId, text: 'x', pin: { on: 'capture' }, replyTo: null })
}

const ruleOf = (actor: Actor) => createRule(actor, world.app, RULE_INPUT)

/** Procedures that depend on whose it is, with how somebody makes one. */
const OWNED: Record<string, (actor: Actor) => Promise<unknown>> = {
  'captures.delete': captureOf,
  'incidents.delete': (actor) => createIncident(actor, world.app, { title: 'x' }),
  'comments.edit': async (actor) => ({ ...(await commentOf(actor)), text: 'edited' }),
  'comments.delete': commentOf,
  'shares.revoke': async (actor) => await createShare(actor, world.app, await captureOf(actor)),
  'rules.update': async (actor) => ({ ...(await ruleOf(actor)), rule: RULE_INPUT }),
  'rules.delete': ruleOf,
  'rules.setEnabled': async (actor) => ({ ...(await ruleOf(actor)), enabled: false }),
  'rules.fire': ruleOf,
  'rules.rotateToken': ruleOf,
}

describe('who may call what', () => {
  it('is written down for every procedure, and for nothing else', () => {
    expect(Object.keys(appRouter._def.procedures).sort()).toEqual(Object.keys(MATRIX).sort())
  })

  for (const [path, row] of Object.entries(MATRIX)) {
    for (const role of ['anonymous', ...ROLES] as const) {
      it(`${path} by ${role}: ${row[role]}`, async () => {
        const actor = actors.get(role) ?? { kind: 'anonymous' }
        const refusal = role === 'anonymous' ? 'UNAUTHORIZED' : 'FORBIDDEN'
        const make = OWNED[path]
        const others = make ? await make(await world.actor('operator')) : row.input
        expect(await call(path, actor, others)).toBe(row[role] === 'yes' ? 'yes' : refusal)
        if (row[role] === 'own') expect(await call(path, actor, await make?.(actor))).toBe('yes')
      })
    }
  }

  describe('through a share link', () => {
    for (const [path, row] of Object.entries(MATRIX)) {
      const isOpen = row.share === 'yes' || row.anonymous === 'yes'
      it(`${path}: ${isOpen ? 'yes' : 'no'}, and nothing of another capture`, async () => {
        const share: Actor = { kind: 'share', shareId: 's', captureId: unknown, hosts: true, args: true }
        const make = OWNED[path]
        const input = make ? await make(await world.actor('operator')) : row.input
        expect(await call(path, share, input)).toBe(isOpen ? 'yes' : 'UNAUTHORIZED')
        if (row.share === 'yes' && row.input) expect(await call(path, share, { id: 'another-id-0000' })).toBe('FORBIDDEN')
      })
    }
  })

  it('is written down for every HTTP handler of the web app', () => {
    const folder = path.join(import.meta.dirname, '../../../apps/web/src/app/api')
    const handlers = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => path.basename(file) === 'route.ts')
    expect(handlers.map((file) => path.dirname(file)).sort()).toEqual(Object.keys(HANDLERS).sort())
  })

  for (const [name, handler] of Object.entries(HANDLERS)) {
    for (const role of handler ? (['anonymous', ...ROLES] as const) : []) {
      it(`${name} by ${role}: ${handler?.[role]}`, async () => {
        const code = await handler?.useCase(actors.get(role) ?? { kind: 'anonymous' }, world.app).then(
          () => 'yes',
          (error) => (error instanceof SondeError ? error.code : `${error}`),
        )
        if (handler?.[role] === 'no') expect(code).toBe(role === 'anonymous' ? 'not-signed-in' : 'forbidden')
        else expect(['yes', 'not-found', 'unprocessable']).toContain(code)
      })
    }
  }
})
