import { deployStateSchema, deploySummarySchema, idSchema, listDeploysInputSchema, markDeployInputSchema } from '@sonde/contract'
import { getDeploy, listDeploys, markDeploy } from '@sonde/domain'
import * as z from 'zod'
import { operation } from '../operation.ts'

const { service, cursor, limit } = listDeploysInputSchema.shape

export const deployOperations = [
  operation({
    id: 'deploys.mark',
    method: 'POST',
    path: '/deploys',
    summary: 'Say that a version goes out, or went',
    description:
      'One call with `finished`, or two: `started` before the rollout and `finished` after it. The second finds the first by its key, or by service and version; a repeated call changes nothing.',
    access: 'deploys:write',
    body: { schema: markDeployInputSchema },
    answer: { status: 201, schema: deploySummarySchema, description: 'The deploy, with the captures that rules have around it.' },
    run: ({ actor, app }, { body }) => markDeploy(actor, app, body, 'api'),
  }),
  operation({
    id: 'deploys.list',
    method: 'GET',
    path: '/deploys',
    summary: 'Deploys, newest first',
    access: 'deploys:read',
    query: z.object({
      service,
      state: deployStateSchema.optional(),
      from: z.iso.datetime({ offset: true }).optional(),
      to: z.iso.datetime({ offset: true }).optional(),
      cursor,
      limit,
    }),
    answer: {
      status: 200,
      schema: z.object({ items: z.array(deploySummarySchema), nextCursor: z.string().nullable() }),
      description: 'A page of them; `nextCursor` is null on the last one.',
    },
    run: ({ actor, app }, { query: { state, from, to, ...rest } }) =>
      listDeploys(actor, app, {
        ...rest,
        ...(state && { states: [state] }),
        ...(from !== undefined && { from: new Date(from) }),
        ...(to !== undefined && { to: new Date(to) }),
      }),
  }),
  operation({
    id: 'deploys.get',
    method: 'GET',
    path: '/deploys/{id}',
    summary: 'One deploy, with what was recorded before and after it',
    access: 'deploys:read',
    params: z.object({ id: idSchema }),
    answer: { status: 200, schema: deploySummarySchema, description: 'Each pair of captures has its verdict, once there is one.' },
    run: ({ actor, app }, { params }) => getDeploy(actor, app, params),
  }),
]
