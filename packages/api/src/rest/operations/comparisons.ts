import { comparisonSchema, NORMALISERS, parseSelection, requestsSchema, SondeError, verdictSchema } from '@sonde/contract'
import { compareSelections } from '@sonde/domain'
import * as z from 'zod'
import { operation } from '../operation.ts'

const SIDE = 'A capture’s id, then `~h.HOST`, `~rest`, `~p.HOST:PID`, `~w.FROM-TO` (ms) for a part of it, as in the link of a comparison.'

export const comparisonOperations = [
  operation({
    id: 'comparisons.verdict',
    method: 'GET',
    path: '/comparisons/verdict',
    summary: 'What differs from A to B, and how sure that is',
    description: 'Intervals are of 95 %; the false discovery rate is controlled over everything that was looked at (docs/decisions/011).',
    access: 'captures:read',
    query: z.object({
      a: z.string().max(400).describe(SIDE),
      b: z.string().max(400).describe(SIDE),
      by: z.enum(NORMALISERS).default('samples').describe('What both sides are divided by before they are compared.'),
      requests: z
        .string()
        .max(80)
        .optional()
        .describe('With `by=requests`: a system call that each request makes once, or how many there were in A and B: `1000,1200`.'),
    }),
    answer: { status: 200, schema: verdictSchema, description: 'Sentences, and each function and system call with its interval.' },
    run: ({ actor, app }, { query: { a, b, by, requests } }) =>
      compareSelections(actor, app, comparisonSchema.parse({ a: sideOf('a', a), b: sideOf('b', b), by, requests: requestsOf(requests) })),
  }),
]

function sideOf(name: string, text: string) {
  const selection = parseSelection(text)
  if (!selection) throw new SondeError('invalid', `${name}: this selects nothing; ${SIDE}`)
  return selection
}

function requestsOf(text: string | undefined) {
  if (text === undefined) return null
  const [a, b] = text.split(',')
  return requestsSchema.parse(b === undefined ? { call: a } : { a: Number(a), b: Number(b) })
}
