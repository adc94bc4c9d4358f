import { hostViewSchema, idSchema } from '@sonde/contract'
import { getHost, listHosts } from '@sonde/domain'
import * as z from 'zod'
import { operation } from '../operation.ts'

export const hostOperations = [
  operation({
    id: 'hosts.list',
    method: 'GET',
    path: '/hosts',
    summary: 'Hosts by name',
    access: 'hosts:read',
    query: z.object({
      search: z
        .string()
        .max(500)
        .optional()
        .describe('Words, all of which must match: `key=value` is a label, anything else occurs in the name, the labels or the facts.'),
    }),
    answer: { status: 200, schema: z.object({ items: z.array(hostViewSchema) }), description: 'At most 5,000 hosts.' },
    run: async ({ actor, app }, { query }) => ({ items: await listHosts(actor, app, query) }),
  }),
  operation({
    id: 'hosts.get',
    method: 'GET',
    path: '/hosts/{id}',
    summary: 'One host',
    access: 'hosts:read',
    params: z.object({ id: idSchema }),
    answer: { status: 200, schema: hostViewSchema, description: 'The host with its facts, tools and capabilities.' },
    run: ({ actor, app }, { params }) => getHost(actor, app, params),
  }),
]
