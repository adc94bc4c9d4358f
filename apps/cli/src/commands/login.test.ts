import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type Answer, FakeCli } from '../testing/fake-io.ts'

const me = {
  person: { name: 'Ada', role: 'operator' },
  token: { name: 'laptop', scopes: ['hosts:read'], expiresAt: '2027-02-28T00:00:00.000Z' },
}
const always = (answer: Answer) => new FakeCli(() => answer)

describe('signing in', () => {
  const device = {
    device_code: 'sdc_x',
    user_code: 'WDJB-MJHT',
    verification_uri: 'https://sonde.test/device',
    verification_uri_complete: 'https://sonde.test/device?code=WDJB-MJHT',
    expires_in: 600,
    interval: 5,
  }
  const withAnswers = (answers: Answer[]) =>
    new FakeCli(({ path }) => {
      if (path === '/device/code') return { json: device }
      if (path === '/device/token') return answers.shift() ?? new Error('no more')
      return { json: me }
    })

  it('shows the code, waits as it is told, and keeps the token for that server alone, in a file of one’s own', async () => {
    const pending: Answer = { status: 400, json: { error: 'authorization_pending' } }
    const cli = withAnswers([
      pending,
      { status: 400, json: { error: 'slow_down' } },
      pending,
      { json: { access_token: 'spt_new', token_type: 'Bearer' } },
    ])
    cli.token = null
    expect(await cli.run('login', 'https://sonde.test/')).toBe(0)
    expect(cli.err).toContain('WDJB-MJHT')
    expect(cli.slept).toEqual([5_000, 5_000, 10_000, 10_000])
    expect(cli.asked[0]?.headers['content-type']).toBe('application/x-www-form-urlencoded')
    expect(Object.fromEntries(new URLSearchParams(cli.asked[0]?.body))).toEqual({ client_id: 'sonde on laptop' })
    expect(statSync(cli.configFile).mode & 0o777).toBe(0o600)
    expect(JSON.parse(readFileSync(cli.configFile, 'utf8'))).toEqual({
      version: 1,
      current: 'https://sonde.test',
      servers: { 'https://sonde.test': { token: 'spt_new' } },
    })

    cli.url = null
    await cli.run('whoami')
    expect(cli.asked.at(-1)).toMatchObject({ path: '/me', headers: { authorization: 'Bearer spt_new' } })
    await cli.run('whoami', '--url', 'https://evil.test')
    expect(cli.asked.at(-1)?.headers).not.toHaveProperty('authorization')
  })

  it.each([
    [{ error: 'access_denied', error_description: 'a person said no' }, 'a person said no'],
    [{ error: 'expired_token' }, 'expired_token'],
    ['<html>', 'RFC 8628'],
  ])('ends where it is refused: %j', async (json, words) => {
    const cli = withAnswers([{ status: 400, json }])
    expect(await cli.run('login', 'https://sonde.test')).toBe(4)
    expect(cli.err).toContain(words)
  })

  it('gives up when the code has expired', async () => {
    const cli = withAnswers(Array.from({ length: 200 }, () => ({ status: 400, json: { error: 'authorization_pending' } })))
    expect(await cli.run('login', 'https://sonde.test')).toBe(4)
    expect(cli.slept.length).toBe(120)
  })

  it('takes a token from stdin, and none that does not work', async () => {
    const cli = always({ json: me })
    cli.stdin = 'spt_piped\n'
    expect(await cli.run('login', '--token', '-')).toBe(0)
    expect(readFileSync(cli.configFile, 'utf8')).toContain('spt_piped')
    const wrong = always({ status: 401, json: { error: { code: 'not-signed-in', message: 'no' } } })
    expect(await wrong.run('login', '--token', 'spt_wrong')).toBe(4)
    expect(() => readFileSync(wrong.configFile)).toThrow()
  })

  it('out gives the token back', async () => {
    const cli = new FakeCli(({ method }) => (method === 'DELETE' ? { status: 204 } : { json: me }))
    await cli.run('login', '--token', 'spt_mine')
    expect(await cli.run('logout')).toBe(0)
    expect(cli.asked.at(-1)).toMatchObject({ method: 'DELETE', path: '/me/token', headers: { authorization: 'Bearer spt_mine' } })
    expect(readFileSync(cli.configFile, 'utf8')).not.toContain('spt_mine')
  })

  it('says which file is broken', async () => {
    const cli = always({ json: me })
    await cli.run('login', '--token', 'spt_mine')
    writeFileSync(cli.configFile, '{')
    cli.token = null
    expect(await cli.run('hosts')).toBe(1)
    expect(cli.err).toContain(cli.configFile)
  })
})
