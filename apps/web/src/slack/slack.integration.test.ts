import { type Actor, SondeError } from '@sonde/contract'
import { type AgentHost, createShare, getCapture, revokeShare } from '@sonde/domain'
import { createWorld, profileChunk, profileOf, SPEC, type World } from '@sonde/domain/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { recordCapture } from '../unfurl/testing/recorded-capture.ts'
import { answerSlackCommand, readSlackEvent, type SlackApp } from './handle-slack.ts'
import { SeenRequests } from './seen-requests.ts'
import { createSlackClient } from './slack-client.ts'
import { linkShared, SIGNING_SECRET, signed, slashCommand, URL_VERIFICATION, usersInfo } from './testing/recorded.ts'
import { type SlackServer, startSlackServer } from './testing/slack-server.ts'
import { unfurlLinks } from './unfurl-links.ts'

let world: World
let server: SlackServer
let slackApp: SlackApp
let operator: Extract<Actor, { kind: 'user' }>
let host: AgentHost
beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world.close())
beforeEach(async () => {
  await world.clear()
  server = await startSlackServer()
  const slack = createSlackClient({ apiUrl: server.url, botToken: 'xoxb-test', timeoutMs: 300 })
  slackApp = { app: world.app, slack, signingSecret: SIGNING_SECRET, seen: new SeenRequests() }
  operator = await world.actor('operator')
  host = await world.host('checkout-1', { service: 'checkout' })
  return () => server.close()
})

const emailOf = (actor: Extract<Actor, { kind: 'user' }>): string => `${actor.userId}@example.org`
async function command(text: string, over: Record<string, string> = {}): Promise<string> {
  const { text: answer, response_type } = await answerSlackCommand(slackApp, signed(slashCommand(text, over)))
  expect(response_type).toBe('ephemeral')
  return answer
}
const refusal = (work: () => unknown): string => {
  try {
    work()
    return 'let in'
  } catch (error) {
    return error instanceof SondeError ? error.code : String(error)
  }
}
const captures = async (): Promise<{ id: string; title: string; created_by_id: string; reason: unknown }[]> =>
  (await world.app.db.pool.query('SELECT id, title, created_by_id, reason FROM captures ORDER BY created_at')).rows

async function share(view = ''): Promise<{ id: string; url: string; captureId: string }> {
  const captureId = await world.capture([host], SPEC)
  await recordCapture(world, captureId, [host], {
    chunks: () => [profileChunk(0, profileOf(host.id, ['main;json_encode', 'main;fsync']))],
    quality: { samples: 2 },
  })
  const { id, url } = await createShare(operator, world.app, { id: captureId, view })
  return { id, url, captureId }
}

async function post(body: object): Promise<void> {
  const answer = readSlackEvent(slackApp, signed(body))
  if ('links' in answer && answer.links) await unfurlLinks(world.app, slackApp.slack, answer.links)
}

describe('events', () => {
  it('answers the challenge of Slack’s set-up page', () => {
    expect(readSlackEvent(slackApp, signed(URL_VERIFICATION))).toEqual({ challenge: URL_VERIFICATION.challenge })
  })

  it('unfurls a share link as its title, its numbers and its picture', async () => {
    const { url } = await share('v=1&search=json')
    await post(linkShared([url]))
    expect(server.calls).toHaveLength(1)
    const [{ method, http, authorization, contentType, body } = server.calls[0] as never] = server.calls
    expect([method, http, authorization]).toEqual(['chat.unfurl', 'POST', 'Bearer xoxb-test'])
    expect(contentType).toMatch(/^application\/json/)
    const { unfurls, ...where } = body as { unfurls: Record<string, { blocks: Record<string, unknown>[] }> }
    expect(where).toEqual({ unfurl_id: linkShared([]).event.unfurl_id, source: 'conversations_history' })
    const [text, image] = unfurls[url]?.blocks ?? []
    expect(JSON.stringify(text)).toContain('2 samples · 1 host')
    expect(JSON.stringify(unfurls)).not.toContain('checkout-1')
    expect(image).toMatchObject({ type: 'image', image_url: `${url}/picture` })
  })

  it('shows the view that a reader went on to, where the link carries one', async () => {
    const { url } = await share()
    const own = `${url}?v=1&group=host&layout=flame`
    await post(linkShared([own]))
    expect(JSON.stringify(server.calls[0]?.body)).toContain(`${url}/picture?v=1&layout=flame&group=host`)
  })

  it('says of a private link no more than what kind it is, of how many hosts, and when; no picture', async () => {
    const { captureId } = await share()
    const url = `http://web.test/captures/${captureId}?v=1&search=json_encode`
    await post(linkShared([url]))
    const sent = JSON.stringify(server.calls[0]?.body)
    expect(sent).toContain('CPU profile, 1 host')
    expect(sent).not.toContain('picture')
    expect(sent.replaceAll(url, '')).not.toMatch(/json_encode|fsync|checkout-1/)
  })

  it('leaves alone what is no link of ours, and what was revoked or never was', async () => {
    const gone = await share()
    await revokeShare(operator, world.app, { id: gone.id })
    await post(
      linkShared([
        gone.url,
        `http://web.test/s/ssh_${'x'.repeat(43)}`,
        'http://web.test.evil.example/s/abcdefgh',
        'http://web.test/s/../captures/abcdefgh/x',
        'http://web.test/captures/unknown-id-0000',
        'http://web.test/settings',
        'javascript:alert(1)',
        'not a url',
      ]),
    )
    expect(server.calls).toEqual([])
  })

  it('answers a message by its channel and time where there is no unfurl id', async () => {
    const { url } = await share()
    await post(linkShared([url], { unfurl_id: undefined, source: undefined }))
    expect(server.calls[0]?.body).toMatchObject({ channel: 'C123ABC456', ts: '123456789.9875' })
  })

  it('takes an event once, however often Slack sends it, and other events not at all', async () => {
    const { url } = await share()
    const event = linkShared([url])
    await post(event)
    // Sent again, signed anew a second later.
    const again = readSlackEvent(slackApp, signed(event, { ageSeconds: 1 }))
    expect(again).toEqual({ links: null })
    expect(readSlackEvent(slackApp, signed({ type: 'event_callback', event_id: 'Ev2', event: { type: 'message', text: url } }))).toEqual({
      links: null,
    })
  })

  it('lets in nothing that Slack did not sign just now, and nothing twice', () => {
    const event = linkShared([])
    expect(refusal(() => readSlackEvent(slackApp, { ...signed(event), signature: null }))).toBe('not-signed-in')
    expect(refusal(() => readSlackEvent(slackApp, signed(event, { secret: 'guess' })))).toBe('not-signed-in')
    expect(refusal(() => readSlackEvent(slackApp, signed(event, { ageSeconds: 400 })))).toBe('not-signed-in')
    expect(refusal(() => readSlackEvent(slackApp, { ...signed(event), body: JSON.stringify(event).replace('Ev123', 'Ev124') }))).toBe(
      'not-signed-in',
    )
    const request = signed(event)
    expect(refusal(() => readSlackEvent(slackApp, request))).toBe('let in')
    expect(refusal(() => readSlackEvent(slackApp, request))).toBe('conflict')
    for (const junk of ['', '[]', '{"type":"event_callback"}', '{', 'null'])
      expect(refusal(() => readSlackEvent(slackApp, signed(junk)))).toBe('invalid')
  })
})

describe('/sonde', () => {
  it('starts a capture in the name of the person with that e-mail address, and says why it exists', async () => {
    server.answers.set('users.info', usersInfo(emailOf(operator).toUpperCase()))
    await world.host('checkout-2', { service: 'checkout' })
    await world.host('other', { service: 'mail' })
    const silent = await world.host('checkout-3', { service: 'checkout' })
    await world.silence(silent, 3_600_000)
    const answer = await command('cpu service=checkout 30s')
    expect(server.calls.map(({ method, http, params }) => [method, http, params.user])).toEqual([['users.info', 'GET', 'U123ABC456']])
    const [capture, ...others] = await captures()
    expect(others).toEqual([])
    expect(answer).toBe(
      `Recording: <http://web.test/captures/${capture?.id}|CPU profile on 2 hosts, 30\u00a0s>. 1 host that match are offline and left out.`,
    )
    expect(capture).toMatchObject({
      created_by_id: operator.userId,
      reason: { kind: 'slack', text: '/sonde cpu service=checkout 30s in #incidents' },
    })
    const { targets, spec } = await getCapture(operator, world.app, { id: capture?.id ?? '' })
    expect(targets.map(({ hostName }) => hostName)).toEqual(['checkout-1', 'checkout-2'])
    expect([spec.recipe, spec.durationMs]).toEqual(['cpu-profile', 30_000])
  })

  it('takes a host by its exact name', async () => {
    server.answers.set('users.info', usersInfo(emailOf(operator)))
    expect(await command('syscalls checkout-1 5s')).toContain('Syscall breakdown on 1 host')
    expect(await command('syscalls checkout 5s')).toBe('There is no host “checkout”.')
    expect(await command('cpu service=nothing 5s')).toBe('No host matches service=nothing.')
    expect(await command('cpu a=<!channel>&amp; 5s')).toBe('No host matches a=&lt;!channel&gt;&amp;amp;.')
  })

  it('asks Slack nothing for help, and for what is wrong', async () => {
    expect(await command('help')).toContain('/sonde cpu service=checkout 30s')
    expect(await command('fly')).toContain('There is no recipe “fly”')
    expect(server.calls).toEqual([])
  })

  it.each([
    ['somebody whom Sonde does not know', usersInfo('stranger@example.org'), 'nobody in Sonde has the e-mail address stranger@example.org'],
    ['somebody without an address', usersInfo(undefined), 'users:read.email'],
    ['an address that is not confirmed', usersInfo('OPERATOR', { is_email_confirmed: false }), 'users:read.email'],
    ['somebody of another workspace', usersInfo('OPERATOR', { team_id: 'T999' }), 'only members of this workspace'],
    ['a guest', usersInfo('OPERATOR', { is_ultra_restricted: true }), 'only members of this workspace'],
    ['an account that was closed', usersInfo('OPERATOR', { deleted: true }), 'only members of this workspace'],
    ['a bot', usersInfo('OPERATOR', { is_bot: true }), 'only members of this workspace'],
    ['somebody else than was asked about', usersInfo('OPERATOR', { id: 'U999' }), 'only members of this workspace'],
    ['a refusal of Slack', { ok: false, error: 'user_not_found' }, 'Slack did not say in time who you are (user_not_found)'],
    ['no answer', undefined, 'Slack did not say in time who you are'],
  ])('refuses %s, in words, and starts nothing', async (_, answer, words) => {
    server.answers.set('users.info', JSON.parse(JSON.stringify(answer ?? null).replaceAll('OPERATOR', emailOf(operator))) ?? undefined)
    const started = performance.now()
    expect(await command('cpu service=checkout 30s')).toContain(words)
    expect(performance.now() - started).toBeLessThan(3_000)
    expect(await captures()).toEqual([])
  })

  it('refuses a viewer', async () => {
    server.answers.set('users.info', usersInfo(emailOf(await world.actor('viewer'))))
    expect(await command('cpu service=checkout 30s')).toBe('It was not started: a viewer may not do this.')
    expect(await captures()).toEqual([])
  })

  it('refuses what Slack did not sign, and what it does not send', async () => {
    const refuse = (work: Promise<unknown>) => expect(work).rejects.toMatchObject({ name: 'SondeError' })
    await refuse(answerSlackCommand(slackApp, signed(slashCommand('cpu service=checkout'), { secret: 'guess' })))
    await refuse(answerSlackCommand(slackApp, signed('text=cpu')))
    expect(server.calls).toEqual([])
  })
})
