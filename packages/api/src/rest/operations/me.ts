import { apiTokenViewSchema, roleSchema } from '@sonde/contract'
import { readOwnToken, revokeOwnToken } from '@sonde/domain'
import * as z from 'zod'
import { operation } from '../operation.ts'

const meSchema = z.object({
  person: z.object({ id: z.string(), name: z.string(), role: roleSchema }),
  token: apiTokenViewSchema.omit({ person: true }),
})

export const meOperations = [
  operation({
    id: 'me.get',
    method: 'GET',
    path: '/me',
    summary: 'Who this token acts as, and what it may do',
    access: 'token',
    answer: { status: 200, schema: meSchema, description: 'The person, with the role that they have now, and the token.' },
    run: async ({ actor, app }) => {
      const { person, token } = await readOwnToken(actor, app)
      return { person: { id: person.userId, name: person.name, role: person.role }, token }
    },
  }),
  operation({
    id: 'me.revoke-token',
    method: 'DELETE',
    path: '/me/token',
    summary: 'Give this token back',
    description: 'It works no more, from the next request on.',
    access: 'token',
    answer: { status: 204, description: 'Revoked.' },
    run: ({ actor, app }) => revokeOwnToken(actor, app),
  }),
]
