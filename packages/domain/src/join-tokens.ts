import type { Actor } from '@sonde/contract'
import { SondeError } from '@sonde/contract'
import { z } from 'zod'
import type { App } from './app.ts'
import { authorize } from './authorize.ts'
import { newToken } from './tokens.ts'

export const createJoinTokenInputSchema = z.object({
  /** How long it may be used. */
  minutes: z
    .number()
    .int()
    .min(1)
    .max(7 * 24 * 60)
    .optional(),
  /** How many hosts may enrol with it. */
  uses: z.number().int().min(1).max(10_000).optional(),
})
export type CreateJoinTokenInput = z.infer<typeof createJoinTokenInputSchema>

export const joinTokenViewSchema = z.object({
  id: z.string(),
  createdAt: z.date(),
  /** Null: made on the command line. */
  createdBy: z.string().nullable(),
  expiresAt: z.date(),
  uses: z.number().int(),
  maxUses: z.number().int(),
  state: z.enum(['usable', 'used-up', 'expired', 'revoked']),
})
export type JoinTokenView = z.infer<typeof joinTokenViewSchema>

export type NewJoinToken = { token: string; command: string; expiresAt: Date }

/** A token that lets hosts enrol, shown this once, and the command that uses it. Default: one hour, one host. */
export async function createJoinToken(actor: Actor, app: App, input: CreateJoinTokenInput): Promise<NewJoinToken> {
  const person = authorize(actor, 'join-token.create')
  return await issueJoinToken(app, input, person.userId)
}

/** The same for whoever holds the machine itself (the start script, the command line): no actor, no check. */
export async function issueJoinToken(app: App, input: CreateJoinTokenInput, createdById: string | null): Promise<NewJoinToken> {
  const { token, hash } = newToken('join')
  const { rows } = await app.db.pool.query<{ expires_at: Date }>(
    `INSERT INTO join_tokens (id, token_hash, max_uses, created_by_id, expires_at)
     VALUES ($1, $2, $3, $4, now() + $5 * interval '1 minute') RETURNING expires_at`,
    [app.newId(), hash, input.uses ?? 1, createdById, input.minutes ?? 60],
  )
  const expiresAt = rows[0]?.expires_at
  if (!expiresAt) throw new Error('the database returned no row')
  const command = `sudo env SONDE_GATEWAY_URL=${app.urls.gateway} SONDE_JOIN_TOKEN=${token} node apps/agent/dist/main.js`
  return { token, command, expiresAt }
}

/** Newest first, the last 100. */
export async function listJoinTokens(actor: Actor, app: App): Promise<JoinTokenView[]> {
  authorize(actor, 'join-token.list')
  const rows = await app.db.prisma.joinToken.findMany({
    orderBy: { createdAt: 'desc' },
    take: 100,
    include: { createdBy: { select: { name: true } } },
  })
  const now = app.clock.now()
  return rows.map((row) => ({
    id: row.id,
    createdAt: row.createdAt,
    createdBy: row.createdBy?.name ?? null,
    expiresAt: row.expiresAt,
    uses: row.uses,
    maxUses: row.maxUses,
    state: row.revokedAt ? 'revoked' : row.uses >= row.maxUses ? 'used-up' : row.expiresAt <= now ? 'expired' : 'usable',
  }))
}

/** Nobody enrols with it any more; hosts that did stay. Throws `not-found`. */
export async function revokeJoinToken(actor: Actor, app: App, input: { id: string }): Promise<void> {
  authorize(actor, 'join-token.revoke')
  const { rowCount } = await app.db.pool.query('UPDATE join_tokens SET revoked_at = coalesce(revoked_at, now()) WHERE id = $1', [input.id])
  if (rowCount === 0) throw new SondeError('not-found', 'there is no such token')
}
