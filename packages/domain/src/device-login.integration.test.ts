import { type Actor, DEVICE_LOGIN, type DeviceCode, readUserCode, USER_CODE_ALPHABET } from '@sonde/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { authenticateApiToken } from './api-tokens.ts'
import { answerDeviceLogin, pollDeviceLogin, readDeviceLogin, startDeviceLogin } from './device-login.ts'
import { createWorld, type World } from './testing/index.ts'

let world: World
let person: Extract<Actor, { kind: 'user' }>
beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world.close())

const start = async (): Promise<DeviceCode> => {
  person = await world.actor('operator')
  return await startDeviceLogin(world.app, { deviceName: 'laptop', scopes: ['hosts:read', 'captures:read'] })
}
const poll = (code: DeviceCode) => pollDeviceLogin(world.app, { deviceCode: code.device_code })
/** Lets `seconds` pass for all logins. */
const pass = (seconds: number) =>
  world.app.db.pool.query(
    `UPDATE device_logins SET polled_at = polled_at - $1 * interval '1 second', expires_at = expires_at - $1 * interval '1 second'`,
    [seconds],
  )

describe('a device login', () => {
  it('shows a code that is no word, and who asks for what', async () => {
    const code = await start()
    expect(code.user_code).toMatch(new RegExp(`^[${USER_CODE_ALPHABET}]{4}-[${USER_CODE_ALPHABET}]{4}$`))
    expect(code.verification_uri_complete).toBe(`http://web.test/device?code=${code.user_code}`)
    for (const typed of [code.user_code, code.user_code.toLowerCase(), ` ${code.user_code.replace('-', ' ')}`])
      expect(await readDeviceLogin(person, world.app, { userCode: typed })).toMatchObject({
        userCode: code.user_code,
        deviceName: 'laptop',
        scopes: ['hosts:read', 'captures:read'],
      })
  })

  it('gives the token once, to the program alone, after a yes', async () => {
    const code = await start()
    expect(await poll(code)).toBe('authorization_pending')
    await pass(DEVICE_LOGIN.interval)
    await answerDeviceLogin(person, world.app, { userCode: code.user_code, allow: true })
    const given = await poll(code)
    if (typeof given === 'string') throw new Error(given)
    expect(given.view).toMatchObject({ name: 'laptop', scopes: ['hosts:read', 'captures:read'], person: { id: person.userId } })
    expect(await authenticateApiToken(world.app, given.token)).toMatchObject({ userId: person.userId, role: 'operator' })
    await pass(DEVICE_LOGIN.interval)
    expect(await poll(code)).toBe('invalid_grant')
    const { rows } = await world.app.db.pool.query('SELECT * FROM device_logins, api_tokens')
    expect(JSON.stringify(rows)).not.toContain(given.token)
    expect(JSON.stringify(rows)).not.toContain(code.device_code)
  })

  it('gives one token where two polls come at once', async () => {
    const code = await start()
    await answerDeviceLogin(person, world.app, { userCode: code.user_code, allow: true })
    const answers = await Promise.all(Array.from({ length: 6 }, () => poll(code)))
    expect(answers.filter((answer) => typeof answer !== 'string')).toHaveLength(1)
  })

  it('ends with a no, once', async () => {
    const code = await start()
    await answerDeviceLogin(person, world.app, { userCode: code.user_code, allow: false })
    expect(await poll(code)).toBe('access_denied')
    await expect(answerDeviceLogin(person, world.app, { userCode: code.user_code, allow: true })).rejects.toMatchObject({
      code: 'not-found',
    })
    expect(await poll(code)).toBe('access_denied')
  })

  it('ends with its time, whatever was answered', async () => {
    const code = await start()
    await answerDeviceLogin(person, world.app, { userCode: code.user_code, allow: true })
    await pass(DEVICE_LOGIN.expiresIn)
    expect(await poll(code)).toBe('expired_token')
    const other = await start()
    await pass(DEVICE_LOGIN.expiresIn)
    await expect(readDeviceLogin(person, world.app, { userCode: other.user_code })).rejects.toMatchObject({ code: 'not-found' })
  })

  it('slows down a program that asks too often, by five seconds each time', async () => {
    const code = await start()
    expect(await poll(code)).toBe('authorization_pending')
    expect(await poll(code)).toBe('slow_down')
    await pass(DEVICE_LOGIN.interval)
    expect(await poll(code)).toBe('slow_down')
    await pass(DEVICE_LOGIN.interval * 3)
    expect(await poll(code)).toBe('authorization_pending')
  })

  it('is not found by guessing: after ten wrong codes in a minute, a person waits', async () => {
    const code = await start()
    const guess = (userCode: string) => readDeviceLogin(person, world.app, { userCode }).catch((error) => error.code)
    for (let i = 0; i < 10; i++) expect(await guess(`BBBB-BBB${USER_CODE_ALPHABET[i]}`)).toBe('not-found')
    expect(await guess(code.user_code)).toBe('forbidden')
    expect(await readDeviceLogin(await world.actor('viewer'), world.app, { userCode: code.user_code })).toMatchObject({
      deviceName: 'laptop',
    })
  })

  it('is for people: no token answers one, nor does a stranger', async () => {
    const code = await start()
    const token: Actor = { ...person, scopes: ['captures:write'], tokenId: 'none' }
    for (const actor of [token, { kind: 'anonymous' } as const]) {
      const refusal = { code: actor.kind === 'user' ? 'forbidden' : 'not-signed-in' }
      await expect(answerDeviceLogin(actor, world.app, { userCode: code.user_code, allow: true })).rejects.toMatchObject(refusal)
    }
  })

  it('is one of a thousand at most, until they expire', async () => {
    await world.app.db.pool.query(
      `INSERT INTO device_logins (id, device_hash, user_code, device_name, scopes, expires_at)
       SELECT 'x' || n, 'x' || n, 'x' || n, 'x', '{hosts:read}', now() + interval '5 minutes' FROM generate_series(1, 1000) AS n`,
    )
    await expect(start()).rejects.toMatchObject({ code: 'conflict' })
    await pass(600)
    expect((await start()).expires_in).toBe(DEVICE_LOGIN.expiresIn)
  })
})

it('knows what cannot be a user code', () => {
  for (const text of ['', 'ABCD-EFGH', 'BCDF-GHJ', 'BCDF-GHJKL', 'BCDFGHJ1', 'ВCDFGHJK']) expect(readUserCode(text)).toBe(null)
})
