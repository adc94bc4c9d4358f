import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { authenticateApiToken, createApiToken, listApiTokens, readOwnToken, revokeApiToken, revokeOwnToken } from './api-tokens.ts'
import { createWorld, type World } from './testing/index.ts'

let world: World
beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world.close())

const DAY_MS = 86_400_000
const input = { name: 'pipeline', scopes: ['captures:read' as const], days: 90 }

describe('a token of a person', () => {
  it('is shown once and stored as a hash', async () => {
    const person = await world.actor('viewer')
    const { token, view } = await createApiToken(person, world.app, input)
    expect(view).toMatchObject({ name: 'pipeline', prefix: token.slice(0, 8), state: 'usable', lastUsedAt: null })
    expect(Math.round((view.expiresAt.getTime() - view.createdAt.getTime()) / DAY_MS)).toBe(90)
    const { rows } = await world.app.db.pool.query('SELECT * FROM api_tokens')
    expect(JSON.stringify(rows)).not.toContain(token.slice(8))
    expect(await listApiTokens(person, world.app)).toEqual([view])
  })

  it('acts as the person with the role of now, and says when it was used', async () => {
    const person = await world.actor('admin')
    const { token, view } = await createApiToken(person, world.app, input)
    expect(await authenticateApiToken(world.app, token)).toEqual({ ...person, scopes: ['captures:read'], tokenId: view.id })
    await world.app.db.prisma.user.update({ where: { id: person.userId }, data: { role: 'viewer' } })
    expect(await authenticateApiToken(world.app, token)).toMatchObject({ role: 'viewer' })
    expect((await listApiTokens(person, world.app))[0]?.lastUsedAt).toBeInstanceOf(Date)
  })

  it('that works is in the list, however many were revoked since', async () => {
    const person = await world.actor('viewer')
    const { view } = await createApiToken(person, world.app, input)
    await world.app.db.pool.query(
      `INSERT INTO api_tokens (id, user_id, name, token_hash, prefix, scopes, expires_at, revoked_at, created_at)
       SELECT 'old-token-' || i, $1, 'old', encode(sha256(i::text::bytea), 'hex'), 'spt_' || lpad(i::text, 4, '0'), '{hosts:read}', now() + interval '1 day', now(), now() + interval '1 second'
       FROM generate_series(1, 250) AS i`,
      [person.userId],
    )
    const [first, ...others] = await listApiTokens(person, world.app)
    expect([first?.id, others.length, new Set(others.map((token) => token.state))]).toEqual([view.id, 200, new Set(['revoked'])])
    await world.app.db.pool.query('DELETE FROM api_tokens WHERE user_id = $1', [person.userId])
  })

  it('is revoked by its person or an admin, and by nobody else', async () => {
    const [person, stranger, admin] = [await world.actor('viewer'), await world.actor('operator'), await world.actor('admin')]
    const { token, view } = await createApiToken(person, world.app, input)
    await expect(revokeApiToken(stranger, world.app, view)).rejects.toMatchObject({ code: 'forbidden' })
    await expect(revokeApiToken(person, world.app, { id: 'nothing-here' })).rejects.toMatchObject({ code: 'not-found' })
    expect(await authenticateApiToken(world.app, token)).not.toBe(null)
    await revokeApiToken(admin, world.app, view)
    expect(await authenticateApiToken(world.app, token)).toBe(null)
    expect((await listApiTokens(person, world.app))[0]?.state).toBe('revoked')
  })

  it('gives itself back, and no session can', async () => {
    const person = await world.actor('viewer')
    const { token } = await createApiToken(person, world.app, input)
    await expect(revokeOwnToken(person, world.app)).rejects.toMatchObject({ code: 'unprocessable' })
    await expect(readOwnToken(person, world.app)).rejects.toMatchObject({ code: 'unprocessable' })
    const actor = await authenticateApiToken(world.app, token)
    if (!actor) throw new Error('it works')
    await revokeOwnToken(actor, world.app)
    expect(await authenticateApiToken(world.app, token)).toBe(null)
  })

  it('is in nobody else’s list but an admin’s of everyone', async () => {
    await world.clear()
    const [person, other, admin] = [await world.actor('viewer'), await world.actor('viewer'), await world.actor('admin')]
    await createApiToken(person, world.app, input)
    expect(await listApiTokens(other, world.app)).toEqual([])
    expect(await listApiTokens(admin, world.app)).toEqual([])
    expect(await listApiTokens(admin, world.app, { everyone: true })).toHaveLength(1)
    await expect(listApiTokens(other, world.app, { everyone: true })).rejects.toMatchObject({ code: 'forbidden' })
  })

  it('is one of a hundred at most that can be used', async () => {
    const person = await world.actor('viewer')
    const made = []
    for (let i = 0; i < 100; i++) made.push(await createApiToken(person, world.app, input))
    await expect(createApiToken(person, world.app, input)).rejects.toMatchObject({ code: 'conflict' })
    await revokeApiToken(person, world.app, { id: made[0]?.view.id ?? '' })
    await createApiToken(person, world.app, input)
  })

  it('with a scope that this version does not know has one less', async () => {
    const person = await world.actor('admin')
    const { token, view } = await createApiToken(person, world.app, { ...input, scopes: ['captures:read', 'hosts:read'] })
    await world.app.db.pool.query(`UPDATE api_tokens SET scopes = '{hosts:read,everything:write}' WHERE id = $1`, [view.id])
    expect((await authenticateApiToken(world.app, token))?.scopes).toEqual(['hosts:read'])
  })
})
