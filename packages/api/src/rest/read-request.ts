import { SondeError } from '@sonde/contract'
import type * as z from 'zod'
import type { Operation } from './operation.ts'
import { RestError } from './rest-error.ts'

/** The largest JSON that is read: a spec for 500 hosts has room many times over. */
const MOST_BODY_BYTES = 1024 * 1024

/** Path, query and body of a request, parsed by the operation's schemas. Throws ZodErrors, SondeErrors and RestErrors. */
export async function readRequest(
  operation: Operation,
  params: Record<string, string>,
  request: Request,
): Promise<{ params: unknown; query: unknown; body: unknown }> {
  return {
    params: readParams(operation.params, params),
    query: operation.query.parse(readQuery(operation.query, new URL(request.url).searchParams)),
    body: operation.body?.schema === undefined ? undefined : operation.body.schema.parse(await readBody(operation, request)),
  }
}

/** What cannot be an identifier names nothing. */
function readParams(schema: z.ZodObject, params: Record<string, string>): unknown {
  const parsed = schema.safeParse(params)
  if (!parsed.success) throw new SondeError('not-found', 'there is nothing at this address')
  return parsed.data
}

/** A parameter that the operation does not know is an error: a misspelt one would be ignored in silence. */
function readQuery(schema: z.ZodObject, query: URLSearchParams): Record<string, string> {
  const values: Record<string, string> = {}
  for (const [name, value] of query) {
    if (!Object.hasOwn(schema.shape, name))
      throw new SondeError('invalid', `there is no query parameter ${JSON.stringify(name.slice(0, 60))} here`)
    if (Object.hasOwn(values, name)) throw new SondeError('invalid', `the query parameter ${name} is there twice`)
    values[name] = value
  }
  return values
}

async function readBody({ body }: Operation, request: Request): Promise<unknown> {
  const type = (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase()
  const isForm = type === 'application/x-www-form-urlencoded' && body?.schema !== undefined && body.form === true
  if (!isForm && type !== 'application/json')
    throw new RestError('unsupported-media-type', 'send JSON, with content-type: application/json')
  const text = await readText(request)
  if (isForm) return Object.fromEntries(new URLSearchParams(text))
  try {
    return JSON.parse(text)
  } catch {
    throw new SondeError('invalid', 'the body is not JSON')
  }
}

async function readText(request: Request): Promise<string> {
  const tooLarge = new SondeError('too-large', `a request is at most ${MOST_BODY_BYTES / 1024} KiB`)
  if (Number(request.headers.get('content-length') ?? 0) > MOST_BODY_BYTES) throw tooLarge
  const pieces: Uint8Array[] = []
  let bytes = 0
  // Counted as it comes: the header may say less, or nothing.
  for await (const piece of request.body ?? []) {
    bytes += piece.length
    if (bytes > MOST_BODY_BYTES) throw tooLarge
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString('utf8')
}
