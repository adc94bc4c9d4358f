import {
  type CaptureReason,
  captureSummarySchema,
  captureViewSchema,
  IMPORTED_FILE_LIMITS,
  idSchema,
  requestCaptureInputSchema,
  requestedCaptureSchema,
} from '@sonde/contract'
import { cancelCapture, deleteCapture, getCapture, importCapture, listCaptures, readOwnToken, requestCapture } from '@sonde/domain'
import * as z from 'zod'
import { operation, type RestContext } from '../operation.ts'

const params = z.object({ id: idSchema })

export const captureOperations = [
  operation({
    id: 'captures.start',
    method: 'POST',
    path: '/captures',
    summary: 'Start a capture',
    access: 'captures:write',
    body: { schema: requestCaptureInputSchema },
    answer: {
      status: 201,
      schema: requestedCaptureSchema,
      description: 'It is queued. Hosts that match but are offline are left out, and named.',
    },
    run: async (context, { body }) => requestCapture(context.actor, context.app, body, await reasonOf(context, body.reason)),
  }),
  operation({
    id: 'captures.list',
    method: 'GET',
    path: '/captures',
    summary: 'Captures, newest first',
    access: 'captures:read',
    query: z.object({
      search: z
        .string()
        .max(500)
        .optional()
        .describe(
          'Words, all of which must occur in the title, the recipe, the probes, the names of people or hosts; or of one field, as on the page: `function:json_encode`. `deploy:` needs `deploys:read` as well; `note:` is for people who are signed in.',
        ),
      cursor: z.string().max(200).optional().describe('`nextCursor` of the page before.'),
      limit: z.coerce.number().int().min(1).max(100).default(30),
    }),
    answer: {
      status: 200,
      schema: z.object({ items: z.array(captureSummarySchema), nextCursor: z.string().nullable() }),
      description: 'A page of them; `nextCursor` is null on the last one.',
    },
    run: ({ actor, app }, { query }) => listCaptures(actor, app, query),
  }),
  operation({
    id: 'captures.get',
    method: 'GET',
    path: '/captures/{id}',
    summary: 'One capture with its hosts',
    description: 'To wait for its end, ask again every second or two until `state` is neither queued nor running.',
    access: 'captures:read',
    params,
    answer: { status: 200, schema: captureViewSchema, description: 'As it is now.' },
    run: ({ actor, app }, { params: { id } }) => getCapture(actor, app, { id }),
  }),
  operation({
    id: 'captures.cancel',
    method: 'POST',
    path: '/captures/{id}/cancel',
    summary: 'Stop a capture',
    description: 'Hosts stop within seconds; what they recorded stays, marked partial.',
    access: 'captures:write',
    params,
    answer: { status: 204, description: 'The hosts are being told.' },
    run: ({ actor, app }, { params: { id } }) => cancelCapture(actor, app, { id }),
  }),
  operation({
    id: 'captures.delete',
    method: 'DELETE',
    path: '/captures/{id}',
    summary: 'Delete a capture with its results',
    description: "One's own; admins delete anyone's.",
    access: 'captures:write',
    params,
    answer: { status: 204, description: 'Gone.' },
    run: ({ actor, app }, { params: { id } }) => deleteCapture(actor, app, { id }),
  }),
  operation({
    id: 'captures.import',
    method: 'POST',
    path: '/captures/import',
    summary: 'Make a capture of a file of another tool',
    access: 'captures:write',
    query: z.object({ name: z.string().min(1).max(IMPORTED_FILE_LIMITS.fileNameLength).describe('Name of the file.') }),
    body: { stream: 'perf.data, `perf script`, folded stacks, pprof, speedscope or a Sonde profile, packed by gzip or not.' },
    answer: { status: 201, schema: z.object({ id: idSchema, url: z.string() }), description: 'A capture that is done from the start.' },
    run: async ({ actor, app, readUpload }, { query: { name } }) => {
      const { id } = await importCapture(actor, app, { fileName: name, read: readUpload(name) })
      return { id, url: `${app.urls.web}/captures/${id}` }
    },
  }),
]

/** Nobody pressed Start on a page: the capture says which token did it, and for what. */
async function reasonOf({ actor, app, request }: RestContext, text: string | undefined): Promise<CaptureReason> {
  const { token } = await readOwnToken(actor, app)
  const kind = request.headers.get('user-agent')?.startsWith('sonde-cli/') ? 'cli' : 'api'
  return { kind, text: text ?? `started with the token “${token.name}”` }
}
