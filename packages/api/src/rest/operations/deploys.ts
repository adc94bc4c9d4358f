import {
  deployStateSchema,
  deploySummarySchema,
  deployVerdictSchema,
  idSchema,
  listDeploysInputSchema,
  markDeployInputSchema,
} from '@sonde/contract'
import { getDeploy, listDeploys, markDeploy, readDeployVerdict } from '@sonde/domain'
import * as z from 'zod'
import { operation } from '../operation.ts'

/** `page`: one link to paste. */
const withPage = deploySummarySchema.extend({ page: z.url() })
const { service, cursor, limit } = listDeploysInputSchema.shape

export const deployOperations = [
  operation({
    id: 'deploys.mark',
    method: 'POST',
    path: '/deploys',
    summary: 'Say that a version goes out, or went',
    description:
      'One call with `finished`, or two: `started` before the rollout and `finished` after it. The second finds the first by its key, or by service and version; a repeated call changes nothing. With `started`, what rules want recorded before it starts at once and is in `pairs`: wait for its `endedAt` before rolling out.',
    access: 'deploys:write',
    body: { schema: markDeployInputSchema },
    answer: { status: 201, schema: withPage, description: 'The deploy, with the captures that rules have around it.' },
    run: async ({ actor, app }, { body }) => {
      const deploy = await markDeploy(actor, app, body, 'api')
      return { ...deploy, page: `${app.urls.web}/deploys/${deploy.id}` }
    },
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
    answer: {
      status: 200,
      schema: withPage,
      description: 'Each pair of captures has its verdict, once there is one and for a token that may read captures.',
    },
    run: async ({ actor, app }, { params }) => ({ ...(await getDeploy(actor, app, params)), page: `${app.urls.web}/deploys/${params.id}` }),
  }),
  operation({
    id: 'deploys.verdict',
    method: 'GET',
    path: '/deploys/{id}/verdict/{pairId}',
    summary: 'What the captures before and after a deploy say',
    description: 'Needs `captures:read` as well. 409 while one of the two is missing or not at its end.',
    access: 'deploys:read',
    params: z.object({ id: idSchema, pairId: idSchema }),
    answer: {
      status: 200,
      schema: deployVerdictSchema,
      description: 'At most five sentences, and what may make the two sides differ otherwise.',
    },
    run: ({ actor, app }, { params }) => readDeployVerdict(actor, app, params),
  }),
]
