import { type Actor, RULE_LIMITS, type RuleInput, ruleInputSchema } from '@sonde/contract'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { fireDueRules } from './fire-due-rules.ts'
import { startForRule } from './fire-rule.ts'
import { getCapture } from './get-capture.ts'
import { previewRule } from './preview-rule.ts'
import { getRule, listRules } from './read-rules.ts'
import { receiveAlert } from './receive-alert.ts'
import { recordHeartbeat } from './record-heartbeat.ts'
import { createRule, deleteRule, updateRule } from './save-rule.ts'
import { fireRuleByHand, rotateRuleToken, setRuleEnabled } from './switch-rule.ts'
import { ALERTMANAGER_PAYLOAD } from './testing/alertmanager-payload.ts'
import { createWorld, LOAD, SPEC, type World } from './testing/index.ts'
import { WatchBook } from './watch-book.ts'

let world: World
let operator: Extract<Actor, { kind: 'user' }>
beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world.close())
beforeEach(async () => {
  await world.clear()
  operator = await world.actor('operator')
  world.app.watches = new WatchBook()
})

const input = (over: Partial<RuleInput> = {}): RuleInput =>
  ruleInputSchema.parse({
    name: 'Nightly',
    enabled: true,
    trigger: { kind: 'schedule', cron: '0 3 * * *', timeZone: 'Europe/Berlin' },
    spec: SPEC,
    hosts: { by: 'search', search: 'service=db' },
    maxHosts: 20,
    maxPerDay: 24,
    coolDownS: 0,
    ...over,
  })
const make = async (over: Partial<RuleInput> = {}, actor: Actor = operator) => (await createRule(actor, world.app, input(over))).id
const db = (name: string) => world.host(name, { service: 'db' })
const sql = (text: string, values: unknown[] = []) => world.app.db.pool.query(text, values)
const due = (id: string, ago = '10 s') => sql(`UPDATE rules SET next_due_at = now() - $2::interval WHERE id = $1`, [id, ago])
const captures = async (): Promise<number> => (await sql('SELECT count(*)::int AS n FROM captures')).rows[0].n
/** As if every capture had run to its end. */
const finish = () => sql(`UPDATE targets SET state = 'cancelled', ended_at = now()`)
const fire = (id: string, key: string | null = null) => startForRule(world.app, id, { cause: 'A test', key })
const historyOf = async (id: string) => (await getRule(operator, world.app, { id })).firings

describe('a schedule', () => {
  it('fires once when several sweep at once, says why, and knows its next time', async () => {
    const host = await db('db-1')
    const id = await make()
    await due(id)
    const swept = await Promise.all(Array.from({ length: 4 }, () => fireDueRules(world.app)))
    expect(swept.map((done) => done.started).sort()).toEqual([0, 0, 0, 1])
    const { rule, firings } = await getRule(operator, world.app, { id })
    expect(firings).toMatchObject([{ outcome: 'started', cause: 'Every day at 03:00 (Europe/Berlin)', refusal: null }])
    const capture = await getCapture(operator, world.app, { id: firings[0]?.capture?.id ?? '' })
    expect(capture).toMatchObject({
      reason: { kind: 'schedule', text: 'Every day at 03:00 (Europe/Berlin)', ruleId: id },
      createdBy: { id: operator.userId },
      targets: [{ hostId: host.id }],
    })
    expect(rule.nextDueAt?.getTime()).toBeGreaterThan(Date.now())
    expect(rule.firedToday).toBe(1)
    expect(await fireDueRules(world.app)).toEqual({ started: 0, skipped: 0 })
  })

  it('makes up once for all that it missed, and says how late', async () => {
    await db('db-1')
    const id = await make({ trigger: { kind: 'schedule', cron: '*/10 * * * *', timeZone: 'UTC' } })
    await due(id, '3 hours')
    expect(await fireDueRules(world.app)).toEqual({ started: 1, skipped: 0 })
    expect((await historyOf(id))[0]?.cause).toBe('Every 10 minutes (UTC), 3 h late: nothing was running to start it in time')
    expect(await fireDueRules(world.app)).toEqual({ started: 0, skipped: 0 })
  })

  it('goes on after a time at which it could start nothing', async () => {
    const id = await make()
    await due(id)
    expect(await fireDueRules(world.app)).toEqual({ started: 0, skipped: 1 })
    expect(await historyOf(id)).toMatchObject([{ outcome: 'skipped', refusal: 'no host matches the rule' }])
    expect((await getRule(operator, world.app, { id })).rule.nextDueAt?.getTime()).toBeGreaterThan(Date.now())
  })

  it('keeps no other rule waiting when it cannot be read, and stays due', async () => {
    const host = await db('db-1')
    const trigger = { kind: 'threshold', metric: 'iowait', above: 10, clearBelow: 5, forS: 10 } as const
    const [bad, good, unreadable] = [await make(), await make(), await make({ trigger })]
    await due(bad, '1 minute')
    await due(good)
    await sql(`UPDATE rules SET spec = '{}' WHERE id = $1`, [bad])
    await sql(`UPDATE rules SET trigger = '{"kind": "threshold"}' WHERE id = $1`, [unreadable])
    await expect(fireDueRules(world.app)).rejects.toThrow(bad)
    expect((await sql('SELECT rule_id FROM rule_firings')).rows).toEqual([{ rule_id: good }])
    expect((await sql('SELECT next_due_at < now() AS due FROM rules WHERE id = $1', [bad])).rows).toEqual([{ due: true }])
    expect((await recordHeartbeat(host, world.app, { load: LOAD })).watches).toEqual([])
  })

  it('has no next time while it is off, and does not make up for it when it is turned on', async () => {
    await db('db-1')
    const id = await make()
    await due(id)
    await setRuleEnabled(operator, world.app, { id, enabled: false })
    expect(await fireDueRules(world.app)).toEqual({ started: 0, skipped: 0 })
    expect((await getRule(operator, world.app, { id })).rule.nextDueAt).toBeNull()
    await setRuleEnabled(operator, world.app, { id, enabled: true })
    expect(await fireDueRules(world.app)).toEqual({ started: 0, skipped: 0 })
    expect((await getRule(operator, world.app, { id })).rule.nextDueAt?.getTime()).toBeGreaterThan(Date.now())
  })

  it.each([
    [{ kind: 'schedule', cron: '*/2 * * * *', timeZone: 'UTC' }],
    [{ kind: 'schedule', cron: '0 3 * * *', timeZone: 'Nowhere' }],
    [{ kind: 'threshold', metric: 'iowait', above: 10, clearBelow: 20, forS: 10 }],
  ] as const)('is refused where it is none: %j', async (trigger) => {
    await expect(make({ trigger })).rejects.toMatchObject({ code: 'invalid' })
    const id = await make()
    await expect(updateRule(operator, world.app, { id, rule: input({ trigger }) })).rejects.toMatchObject({ code: 'invalid' })
  })
})

describe('the bounds of a rule', () => {
  it('hold against any number of askers at once', async () => {
    await db('db-1')
    const id = await make({ maxPerDay: 3 })
    const answers: string[] = []
    for (let i = 0; i < 5; i++) {
      answers.push(...(await Promise.all(Array.from({ length: 4 }, () => fire(id)))).map((fired) => fired.outcome))
      await finish()
    }
    expect(answers.filter((outcome) => outcome === 'started')).toHaveLength(3)
    expect(await captures()).toBe(3)
    const history = await historyOf(id)
    expect(history[0]).toMatchObject({
      outcome: 'skipped',
      refusal: "the rule's most is 3 captures in 24 hours",
    })
  })

  it('count the last 24 hours, also what was deleted since', async () => {
    await db('db-1')
    const id = await make({ maxPerDay: 1 })
    const first = await fire(id)
    await sql('DELETE FROM captures WHERE id = $1', [first.captureId])
    expect((await fire(id)).outcome).toBe('skipped')
    await sql(`UPDATE rule_firings SET at = now() - interval '25 hours'`)
    expect((await fire(id)).outcome).toBe('started')
  })

  it('keep a distance between two captures, and none beside one that runs', async () => {
    await db('db-1')
    const id = await make({ coolDownS: 600 })
    expect((await fire(id)).outcome).toBe('started')
    await finish()
    expect((await fire(id)).message).toBe('within the cool-down of 600 s')
    await sql(`UPDATE rule_firings SET at = now() - interval '601 s'`)
    expect((await fire(id)).outcome).toBe('started')
    await sql(`UPDATE rule_firings SET at = now() - interval '601 s'`)
    expect((await fire(id)).message).toBe('the last capture of this rule is still running')
  })

  it('take so many hosts, only those that are connected, and say what was left out', async () => {
    const hosts = [await db('db-1'), await db('db-2'), await db('db-3'), await db('db-4')]
    await world.host('web-1', { service: 'web' })
    if (hosts[0]) await world.silence(hosts[0], 60_000)
    const id = await make({ maxHosts: 2 })
    const fired = await fire(id)
    const capture = await getCapture(operator, world.app, { id: fired.captureId ?? '' })
    expect(capture.targets.map((target) => target.hostName)).toEqual(['db-2', 'db-3'])
    expect(capture.reason?.text).toBe("A test (2 of 3 online hosts: the rule's most)")
    for (const host of hosts) await world.silence(host, 60_000)
    await finish()
    expect((await fire(id)).message).toBe('none of 4 hosts is connected')
  })

  it('never go beyond the hosts of the rule', async () => {
    const own = await db('db-1')
    const other = await world.host('web-1', { service: 'web' })
    const id = await make()
    const fired = await startForRule(world.app, id, { cause: 'A test', key: null, hostIds: [own.id, other.id] })
    expect((await getCapture(operator, world.app, { id: fired.captureId ?? '' })).targets.map((t) => t.hostId)).toEqual([own.id])
    await finish()
    expect((await startForRule(world.app, id, { cause: 'A test', key: null, hostIds: [other.id] })).outcome).toBe('skipped')
  })

  it('are shown by the same refusal counted up, not by rows without end', async () => {
    const id = await make({ enabled: false })
    for (let i = 0; i < 20; i++) await fire(id)
    expect(await historyOf(id)).toMatchObject([{ outcome: 'skipped', refusal: 'the rule is off', times: 20 }])
  })

  it('keep a history that does not grow without end, and count by all of today', async () => {
    await db('db-1')
    const id = await make({ maxPerDay: 1 })
    await fire(id)
    await finish()
    await sql(
      `INSERT INTO rule_firings (id, rule_id, outcome, cause, refusal, at, last_at)
       SELECT 'fill-' || i, $1, 'skipped', 'x', 'y' || i, now() + i * interval '1 ms', now() + i * interval '1 ms' FROM generate_series(1, 700) i`,
      [id],
    )
    expect((await fire(id)).outcome).toBe('skipped')
    const { rows } = await sql('SELECT outcome, count(*)::int AS n FROM rule_firings GROUP BY outcome ORDER BY outcome')
    expect(rows).toEqual([
      { outcome: 'skipped', n: 500 },
      { outcome: 'started', n: 1 },
    ])
    expect((await fire(id)).message).toBe("the rule's most is 1 capture in 24 hours")
  })

  it('turn the rule off when its maker may start no captures any more', async () => {
    await db('db-1')
    const id = await make()
    await world.app.db.prisma.user.update({ where: { id: operator.userId }, data: { role: 'viewer' } })
    await due(id)
    expect(await fireDueRules(world.app)).toEqual({ started: 0, skipped: 1 })
    const { rule, firings } = await getRule(operator, world.app, { id })
    expect(rule).toMatchObject({ enabled: false, nextDueAt: null })
    expect(rule.disabledReason).toContain('Some operator, who may not start captures any more')
    expect(firings).toMatchObject([{ outcome: 'failed' }])
    expect(await captures()).toBe(0)
  })
})

describe('whoever', () => {
  it('makes a rule may change it, an administrator any, another operator and a viewer none', async () => {
    const id = await make()
    const others = [await world.actor('viewer'), await world.actor('operator'), { kind: 'anonymous' } as const]
    for (const actor of others) {
      for (const attempt of [
        () => updateRule(actor, world.app, { id, rule: input() }),
        () => setRuleEnabled(actor, world.app, { id, enabled: false }),
        () => fireRuleByHand(actor, world.app, { id }),
        () => rotateRuleToken(actor, world.app, { id }),
        () => deleteRule(actor, world.app, { id }),
      ])
        await expect(attempt()).rejects.toMatchObject({ code: actor.kind === 'user' ? 'forbidden' : 'not-signed-in' })
    }
    const admin = await world.actor('admin')
    await updateRule(admin, world.app, { id, rule: input({ name: 'Changed' }) })
    expect((await listRules(operator, world.app))[0]).toMatchObject({
      name: 'Changed',
      createdBy: { id: operator.userId },
      updatedBy: { id: admin.userId },
    })
    await deleteRule(operator, world.app, { id })
    expect(await listRules(operator, world.app)).toEqual([])
    await expect(setRuleEnabled(operator, world.app, { id, enabled: true })).rejects.toMatchObject({ code: 'not-found' })
  })

  it('tries a rule by hand may do so while it is off and cools down, not beyond its bounds', async () => {
    await db('db-1')
    const id = await make({ enabled: false, coolDownS: 600, maxPerDay: 2 })
    expect((await fireRuleByHand(operator, world.app, { id })).outcome).toBe('started')
    await finish()
    expect((await fireRuleByHand(operator, world.app, { id })).outcome).toBe('started')
    await finish()
    expect((await fireRuleByHand(operator, world.app, { id })).outcome).toBe('skipped')
  })

  it('makes rules makes so many at most', async () => {
    await sql(
      `INSERT INTO rules (id, name, enabled, trigger, spec, hosts, max_hosts, max_per_day, cool_down_s, created_by_id, updated_by_id)
       SELECT 'rule-' || i, 'x', false, $1, $2, $3, 1, 1, 0, $4, $4 FROM generate_series(1, ${RULE_LIMITS.rules}) i`,
      [input().trigger, input().spec, input().hosts, operator.userId],
    )
    await expect(make()).rejects.toMatchObject({ code: 'conflict' })
  })
})

describe('an alert', () => {
  const alerts = (over: Partial<RuleInput> = {}, trigger: Partial<Extract<RuleInput['trigger'], { kind: 'alert' }>> = {}) =>
    make({ name: 'On alert', trigger: { kind: 'alert', matchers: [], narrow: true, ...trigger }, ...over })
  const send = async (id: string, body: unknown = ALERTMANAGER_PAYLOAD) => {
    const { token } = await rotateRuleToken(operator, world.app, { id })
    return await receiveAlert(world.app, { ruleId: id, token, body })
  }
  /** The recorded notification, with its firing alert changed. */
  const payload = (alert: object, over: object = {}) => {
    const [firing, resolved] = ALERTMANAGER_PAYLOAD.alerts
    if (!firing || !resolved) throw new Error('the fixture has two alerts')
    return { ...ALERTMANAGER_PAYLOAD, alerts: [{ ...firing, ...alert }, resolved], ...over }
  }

  it('starts a capture of the host that it names, which says so', async () => {
    const host = await db('db-1')
    await db('db-2')
    const id = await alerts()
    const answer = await send(id)
    expect(answer).toMatchObject({ outcome: 'started', message: 'a capture of db-1 was started' })
    const capture = await getCapture(operator, world.app, { id: answer.captureId ?? '' })
    expect(capture.targets.map((target) => target.hostId)).toEqual([host.id])
    expect(capture.reason).toEqual({
      kind: 'alert',
      text: 'HostHighIOWait is firing on db-1.example.org:9100: I/O wait above 40 % for 5 min',
      ruleId: id,
      url: ALERTMANAGER_PAYLOAD.alerts[0]?.generatorURL,
    })
  })

  it('is about all hosts of the rule where it names none, or where the rule does not ask', async () => {
    await db('db-1')
    await db('db-2')
    const hostsOf = async (captureId: string | null) =>
      (await getCapture(operator, world.app, { id: captureId ?? '' })).targets.map((target) => target.hostName)
    const nameless = await send(await alerts(), payload({ labels: { ...ALERTMANAGER_PAYLOAD.alerts[0]?.labels, instance: '' } }))
    expect(await hostsOf(nameless.captureId)).toEqual(['db-1', 'db-2'])
    expect(await hostsOf((await send(await alerts({}, { narrow: false }))).captureId)).toEqual(['db-1', 'db-2'])
  })

  it('that names a host which the rule does not have starts nothing, and may be repeated', async () => {
    await db('db-2')
    const id = await alerts()
    expect(await send(id)).toMatchObject({ outcome: 'skipped', message: "none of the rule's hosts is called db-1.example.org:9100" })
    await db('db-1')
    expect((await send(id)).outcome).toBe('started')
  })

  it('starts one capture however often Alertmanager repeats it, another when an alert began since', async () => {
    await db('db-1')
    const id = await alerts()
    expect((await send(id)).outcome).toBe('started')
    await finish()
    expect((await send(id)).outcome).toBe('duplicate')
    const later = payload({ startsAt: '2026-11-30T02:20:00Z' })
    expect((await send(id, later)).outcome).toBe('started')
    await finish()
    expect((await send(id)).outcome).toBe('duplicate')
    const otherGroup = payload({}, { groupKey: '{}:{alertname="Other"}' })
    expect((await send(id, otherGroup)).outcome).toBe('started')
    expect(await captures()).toBe(3)
  })

  it('starts one capture when it is delivered many times at once', async () => {
    await db('db-1')
    const id = await alerts()
    const { token } = await rotateRuleToken(operator, world.app, { id })
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => receiveAlert(world.app, { ruleId: id, token, body: ALERTMANAGER_PAYLOAD })),
    )
    expect(answers.filter((answer) => answer.outcome === 'started')).toHaveLength(1)
    expect(await captures()).toBe(1)
  })

  it('is noted when it is resolved, and left alone when it does not match', async () => {
    await db('db-1')
    expect((await send(await alerts(), { ...ALERTMANAGER_PAYLOAD, status: 'resolved' })).outcome).toBe('resolved')
    const id = await alerts({}, { matchers: [{ label: 'severity', op: '!=', value: 'critical' }] })
    expect((await send(id)).outcome).toBe('unmatched')
    expect(await captures()).toBe(0)
  })

  it('needs the token of its rule, the latest', async () => {
    const id = await alerts()
    const first = await rotateRuleToken(operator, world.app, { id })
    const other = await rotateRuleToken(operator, world.app, { id: await alerts() })
    const second = await rotateRuleToken(operator, world.app, { id })
    for (const token of ['', 'srt_x', first.token, other.token])
      await expect(receiveAlert(world.app, { ruleId: id, token, body: ALERTMANAGER_PAYLOAD })).rejects.toMatchObject({
        code: 'not-signed-in',
      })
    expect((await receiveAlert(world.app, { ruleId: id, token: second.token, body: ALERTMANAGER_PAYLOAD })).outcome).toBe('skipped')
    const { rows } = await sql('SELECT token_hash FROM rules WHERE id = $1', [id])
    expect(rows[0].token_hash).not.toContain(second.token.slice(4))
    await expect(rotateRuleToken(operator, world.app, { id: await make() })).rejects.toMatchObject({ code: 'conflict' })
  })

  it.each([
    ['nothing', null],
    ['no JSON object', 'hello'],
    ['another version', { ...ALERTMANAGER_PAYLOAD, version: '1' }],
    ['no alert', { ...ALERTMANAGER_PAYLOAD, alerts: [] }],
    ['no time', { ...ALERTMANAGER_PAYLOAD, alerts: [{ ...ALERTMANAGER_PAYLOAD.alerts[0], startsAt: 'yesterday' }] }],
    ['labels that are no text', { ...ALERTMANAGER_PAYLOAD, commonLabels: { a: { b: 'c' } } }],
  ])('that is %s is refused with the reason', async (_, body) => {
    await expect(send(await alerts(), body)).rejects.toMatchObject({
      code: 'unprocessable',
      message: expect.stringContaining('not a notification of Alertmanager'),
    })
  })

  it('cannot do more than be shown, whatever it says', async () => {
    await db('db-1')
    const hostile = payload({
      annotations: { summary: `<script>\u202e\0${'x'.repeat(3_900)}` },
      generatorURL: 'javascript:alert(1)',
    })
    const answer = await send(await alerts(), { ...hostile, externalURL: 'data:text/html,x' })
    const { reason } = await getCapture(operator, world.app, { id: answer.captureId ?? '' })
    expect(reason?.url).toBeUndefined()
    expect(reason?.text.length).toBeLessThanOrEqual(500)
  })
})

describe('a threshold of a host', () => {
  const trigger = { kind: 'threshold', metric: 'pressure-cpu', above: 40, clearBelow: 30, forS: 10 } as const
  const trip = (ruleId: string, trippedAtMs = 1_800_000_000_000) => ({
    ruleId,
    metric: trigger.metric,
    value: 55.25,
    forS: 10,
    trippedAtMs,
  })

  it('is told to the hosts of the rule, and starts a capture of the one that reports a trip', async () => {
    const [one, two, web] = [await db('db-1'), await db('db-2'), await world.host('web-1')]
    const id = await make({ name: 'Busy', trigger })
    const { kind: _, ...threshold } = trigger
    expect((await recordHeartbeat(one, world.app, { load: LOAD })).watches).toEqual([{ ...threshold, ruleId: id }])
    expect((await recordHeartbeat(web, world.app, { load: LOAD })).watches).toEqual([])
    await recordHeartbeat(one, world.app, { load: LOAD, trips: [trip(id)] })
    const [firing] = await historyOf(id)
    expect(firing).toMatchObject({ outcome: 'started', cause: 'CPU pressure at least 40 % for 10 s on db-1 (never below 55.3 %)' })
    const capture = await getCapture(operator, world.app, { id: firing?.capture?.id ?? '' })
    expect(capture.targets.map((target) => target.hostId)).toEqual([one.id])
    // The answer got lost: the host reports it again.
    await recordHeartbeat(one, world.app, { load: LOAD, trips: [trip(id)] })
    expect(await captures()).toBe(1)
    // What happens on another host is another matter, also while the first one's capture runs.
    await recordHeartbeat(two, world.app, { load: LOAD, trips: [trip(id)] })
    expect(await captures()).toBe(2)
  })

  it('of a rule that cannot be read is dropped, and the others are told of', async () => {
    const host = await db('db-1')
    const [broken, whole] = [await make({ trigger }), await make({ trigger })]
    await sql(`UPDATE rules SET spec = '{"version": 99}' WHERE id = $1`, [broken])
    const { watches } = await recordHeartbeat(host, world.app, { load: LOAD, trips: [trip(broken), trip(whole)] })
    expect(watches.map((watch) => watch.ruleId)).toContain(whole)
    expect((await sql('SELECT rule_id, outcome FROM rule_firings')).rows).toEqual([{ rule_id: whole, outcome: 'started' }])
  })

  it('cools down host by host', async () => {
    const [one, two] = [await db('db-1'), await db('db-2')]
    const id = await make({ trigger, coolDownS: 600 })
    await recordHeartbeat(one, world.app, { load: LOAD, trips: [trip(id, 1_800_000_000_000)] })
    await finish()
    await recordHeartbeat(one, world.app, { load: LOAD, trips: [trip(id, 1_800_000_060_000)] })
    await recordHeartbeat(two, world.app, { load: LOAD, trips: [trip(id, 1_800_000_060_000)] })
    expect((await historyOf(id)).map((firing) => firing.refusal)).toEqual([null, 'within the cool-down of 600 s of this host', null])
  })

  it('starts nothing by a report for a rule that is not about it', async () => {
    const host = await db('db-1')
    const web = await world.host('web-1')
    const busy = await make({ trigger })
    const nightly = await make()
    await recordHeartbeat(host, world.app, { load: LOAD, trips: [trip(nightly), trip('gone-0000'), { ...trip(busy), metric: 'iowait' }] })
    await recordHeartbeat(web, world.app, { load: LOAD, trips: [trip(busy)] })
    expect(await captures()).toBe(0)
  })
})

describe('a drafted rule', () => {
  it('says what it would do now', async () => {
    await db('db-1')
    await world.silence(await db('db-2'), 60_000)
    const { trigger, hosts } = input()
    const preview = await previewRule(operator, world.app, { trigger, hosts })
    expect(preview).toMatchObject({
      trigger: { ok: true, words: 'Every day at 03:00 (Europe/Berlin)' },
      hosts: { matching: 2, online: 1, names: ['db-1'] },
    })
    expect(preview.nextAt).toHaveLength(3)
  })

  it('says what is wrong with its schedule, and which hosts could not tell', async () => {
    const host = await db('db-1')
    const { hosts } = input()
    const preview = (trigger: RuleInput['trigger']) => previewRule(operator, world.app, { trigger, hosts })
    expect((await preview({ kind: 'schedule', cron: '* * * * *', timeZone: 'UTC' })).trigger).toEqual({
      ok: false,
      message: 'at most once in 5 minutes',
    })
    const pressure = { cpu: 1, memory: null, io: 2 }
    await recordHeartbeat(host, world.app, { load: { ...LOAD, pressure, pressureProblem: 'no /proc/pressure/memory' } })
    const threshold = { kind: 'threshold', above: 40, clearBelow: 30, forS: 10 } as const
    expect((await preview({ ...threshold, metric: 'pressure-cpu' })).blind).toEqual({ hosts: 0, reason: null })
    expect((await preview({ ...threshold, metric: 'pressure-memory' })).blind).toEqual({ hosts: 1, reason: 'no /proc/pressure/memory' })
  })
})
