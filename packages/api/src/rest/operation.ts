import type { Actor, Scope } from '@sonde/contract'
import type { App, ReadFile } from '@sonde/domain'
import * as z from 'zod'

/** Who may call: anyone; any token that works; a token with this scope. The use case decides by the person's role as well. */
export type Access = 'public' | 'token' | Scope

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

/** What every operation gets. */
export type RestContext = {
  actor: Actor
  app: App
  request: Request
  /** Reads the request's body as a file of another tool, away from this process; what makes captures of files. */
  readUpload: (fileName: string) => ReadFile
}

/** What is answered instead of JSON where an operation says `answer.files`. */
export type FileAnswer = { bytes: Uint8Array<ArrayBuffer>; contentType: string; fileName: string; headers?: Record<string, string> }

/**
 * `schema`: the answer is parsed with it, so that nothing goes out that is not documented; `unchecked`: only documented with it, where a
 * use case has parsed what hosts sent already and there may be half a million rows. `files`: content types of bytes.
 */
export type Answer = { status: 200 | 201 | 202 | 204; schema?: z.ZodType; unchecked?: true; files?: readonly string[]; description: string }

/** `stream`: the operation reads the request's body itself. `form`: may come as a form too, as OAuth has it. */
type Body<B extends z.ZodType> = { schema: B; form?: true } | { stream: string; schema?: undefined }

type Definition<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType> = {
  /** `captures.start`: unique, the operationId of the OpenAPI document. */
  id: string
  method: Method
  /** Below /api/v1, with parameters in braces: `/captures/{id}`. */
  path: string
  summary: string
  description?: string
  access: Access
  params?: P
  query?: Q
  body?: Body<B>
  answer: Answer
  run: (context: RestContext, input: { params: z.output<P>; query: z.output<Q>; body: z.output<B> }) => Promise<unknown>
}

/** An entry of the table, whatever its schemas are. */
export type Operation = Omit<Definition<z.ZodObject, z.ZodObject, z.ZodType>, 'run' | 'params' | 'query'> & {
  params: z.ZodObject
  query: z.ZodObject
  run: (context: RestContext, input: { params: unknown; query: unknown; body: unknown }) => Promise<unknown>
}

const nothing = z.object({})

/**
 * One operation of the REST API. What comes in is parsed before `run`, which is glue: one use case.
 *
 *   operation({ id: 'hosts.get', method: 'GET', path: '/hosts/{id}', access: 'hosts:read', params: z.object({ id: idSchema }), … })
 */
export function operation<
  P extends z.ZodObject = typeof nothing,
  Q extends z.ZodObject = typeof nothing,
  B extends z.ZodType = z.ZodUndefined,
>(definition: Definition<P, Q, B>): Operation {
  const { run, params, query, ...rest } = definition
  return {
    ...rest,
    params: params ?? nothing,
    query: query ?? nothing,
    // Safe: serve.ts gives it what these very schemas have made of the request.
    run: (context, input) => run(context, input as Parameters<typeof run>[1]),
  }
}
