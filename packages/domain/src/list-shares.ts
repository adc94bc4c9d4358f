import { type Actor, type ShareView, shareViewSchema } from '@sonde/contract'
import type { App } from './app.ts'
import { authorize } from './authorize.ts'

/** Links of one capture that work at once: all of them are in its list. */
export const MOST_LIVE_SHARES = 200

/**
 * Share links that still work, newest first, the last 200: all of a capture for whoever may share it; without a capture everyone's for
 * an admin, else one's own.
 */
export async function listShares(actor: Actor, app: App, input: { captureId?: string | undefined }): Promise<ShareView[]> {
  const person = authorize(actor, 'share.list')
  const ownOnly = input.captureId === undefined && person.role !== 'admin'
  const rows = await app.db.prisma.share.findMany({
    where: {
      revokedAt: null,
      expiresAt: { gt: app.clock.now() },
      capture: { deletedAt: null },
      ...(input.captureId === undefined ? {} : { captureId: input.captureId }),
      ...(ownOnly ? { createdById: person.userId } : {}),
    },
    include: { createdBy: { select: { id: true, name: true } }, capture: { select: { title: true } } },
    orderBy: [{ createdAt: 'desc' }, { id: 'asc' }],
    take: MOST_LIVE_SHARES,
  })
  return rows.map((row) => shareViewSchema.parse({ ...row, captureTitle: row.capture?.title ?? '' }))
}
