import { createShareInputSchema, idSchema, newShareSchema, shareViewSchema } from '@sonde/contract'
import { createShare, listShares, revokeShare } from '@sonde/domain'
import * as z from 'zod'
import { operation } from '../operation.ts'

export const shareOperations = [
  operation({
    id: 'shares.create',
    method: 'POST',
    path: '/shares',
    summary: 'Make a link that shows one view of one capture to whoever has it',
    description: 'Needs `captures:read` as well: a link shows what its maker may read.',
    access: 'shares:write',
    body: { schema: createShareInputSchema },
    answer: { status: 201, schema: newShareSchema, description: 'The address, this once.' },
    run: ({ actor, app }, { body }) => createShare(actor, app, body),
  }),
  operation({
    id: 'shares.list',
    method: 'GET',
    path: '/shares',
    summary: 'Share links that still work',
    access: 'shares:write',
    query: z.object({ capture: idSchema.optional().describe("Of this capture. Without it: one's own, for admins everyone's.") }),
    answer: { status: 200, schema: z.object({ items: z.array(shareViewSchema) }), description: 'Newest first, at most 200.' },
    run: async ({ actor, app }, { query }) => ({ items: await listShares(actor, app, { captureId: query.capture }) }),
  }),
  operation({
    id: 'shares.revoke',
    method: 'DELETE',
    path: '/shares/{id}',
    summary: 'Close a share link for good',
    access: 'shares:write',
    params: z.object({ id: idSchema }),
    answer: { status: 204, description: 'Revoked.' },
    run: ({ actor, app }, { params }) => revokeShare(actor, app, params),
  }),
]
