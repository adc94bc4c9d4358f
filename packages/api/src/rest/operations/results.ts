import { countsQuerySchema, eventsQuerySchema, idSchema, latencyQuerySchema, selectionSchema } from '@sonde/contract'
import { exportCaptureProfile, readCounters, readCounts, readEvents, readLatency, readSyscalls } from '@sonde/domain'
import * as z from 'zod'
import { operation } from '../operation.ts'
import { processOf, selectionQuery, windowOf } from '../schemas/result-query.ts'
import { countersSchema, countsSchema, eventsSchema, latencySchema, syscallsSchema } from '../schemas/result-schemas.ts'

const params = z.object({ id: idSchema })
const search = z.string().max(200).default('').describe('Words that must all occur in a row.')
const limit = (of: { unwrap: () => z.ZodNumber }, usual: number) => z.coerce.number().pipe(of.unwrap()).default(usual)

const PROFILE_FORMATS = ['folded', 'pprof', 'speedscope', 'perf-script', 'sonde'] as const

export const resultOperations = [
  operation({
    id: 'captures.profile',
    method: 'GET',
    path: '/captures/{id}/profile',
    summary: 'The stacks of a capture, as a file',
    access: 'captures:read',
    params,
    query: z.object({
      ...selectionQuery,
      kind: z.enum(['profile', 'offcpu']).default('profile').describe('What ran, or what waited.'),
      format: z.enum(PROFILE_FORMATS).default('folded'),
    }),
    answer: {
      status: 200,
      files: ['text/plain', 'application/json', 'application/octet-stream', 'application/gzip'],
      description:
        'folded and perf-script are text, speedscope is JSON, pprof is protobuf in gzip, sonde is docs/formats/profile.md in gzip.',
    },
    run: async ({ actor, app }, { params: { id }, query }) => {
      const window = windowOf(query)
      const file = await exportCaptureProfile(actor, app, {
        id,
        kind: query.kind,
        format: query.format,
        selection: {
          hostId: query.host,
          process: processOf(query),
          ...(window && { window: { fromUs: window.fromMs * 1_000, toUs: window.toMs * 1_000 } }),
        },
      })
      const waits = query.kind === 'offcpu' ? '-offcpu' : ''
      return { bytes: file.bytes, contentType: file.contentType, fileName: `sonde-${id}${waits}.${file.extension}` }
    },
  }),
  operation({
    id: 'captures.syscalls',
    method: 'GET',
    path: '/captures/{id}/syscalls',
    summary: 'System calls by host, process and call',
    access: 'captures:read',
    params,
    query: z.object({
      window: selectionSchema.shape.window
        .optional()
        .describe(`${selectionQuery.window.description} Rounded to whole slices; \`bounds\` says to which.`),
    }),
    answer: {
      status: 200,
      schema: syscallsSchema,
      unchecked: true,
      description: 'Calls, errors by errno, times and a histogram for each row.',
    },
    run: ({ actor, app }, { params: { id }, query }) => readSyscalls(actor, app, { id, window: windowOf(query) }),
  }),
  operation({
    id: 'captures.counts',
    method: 'GET',
    path: '/captures/{id}/counts',
    summary: 'What was counted, over time',
    access: 'captures:read',
    params,
    query: z.object({
      ...selectionQuery,
      search,
      by: countsQuerySchema.shape.by,
      measure: countsQuerySchema.shape.measure,
      limit: limit(countsQuerySchema.shape.limit, 500),
    }),
    answer: { status: 200, schema: countsSchema, unchecked: true, description: 'The largest rows by themselves, the others together.' },
    run: ({ actor, app }, { params: { id }, query }) =>
      readCounts(actor, app, { ...query, id, process: processOf(query), window: windowOf(query) }),
  }),
  operation({
    id: 'captures.latency',
    method: 'GET',
    path: '/captures/{id}/latency',
    summary: 'How long spans took',
    access: 'captures:read',
    params,
    query: z.object({ ...selectionQuery, search, by: latencyQuerySchema.shape.by, limit: limit(latencyQuerySchema.shape.limit, 2_000) }),
    answer: { status: 200, schema: latencySchema, unchecked: true, description: 'Largest total time first.' },
    run: ({ actor, app }, { params: { id }, query }) =>
      readLatency(actor, app, { ...query, id, process: processOf(query), window: windowOf(query) }),
  }),
  operation({
    id: 'captures.events',
    method: 'GET',
    path: '/captures/{id}/events',
    summary: 'Events with their arguments',
    access: 'captures:read',
    params,
    query: z.object({
      ...selectionQuery,
      search,
      sort: eventsQuerySchema.shape.sort,
      dir: z.enum(['asc', 'desc']).default('asc'),
      limit: limit(eventsQuerySchema.shape.limit, 20_000),
    }),
    answer: {
      status: 200,
      schema: eventsSchema,
      unchecked: true,
      description: 'The first `limit` of those that match; `matching` says of how many.',
    },
    run: ({ actor, app }, { params: { id }, query }) =>
      readEvents(actor, app, { ...query, id, process: processOf(query), window: windowOf(query) }),
  }),
  operation({
    id: 'captures.counters',
    method: 'GET',
    path: '/captures/{id}/counters',
    summary: 'Hardware and software counters',
    access: 'captures:read',
    params,
    query: z.object({ host: selectionQuery.host, window: selectionQuery.window }),
    answer: { status: 200, schema: countersSchema, unchecked: true, description: 'A series for each host and event.' },
    run: ({ actor, app }, { params: { id }, query }) => readCounters(actor, app, { id, host: query.host, window: windowOf(query) }),
  }),
]
