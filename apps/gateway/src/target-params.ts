import { idSchema, type TargetRef } from '@sonde/contract'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'

/** The path of every call about one target. */
export const TARGET_PATH = '/targets/:captureId/:attempt'

const schema = z.object({ captureId: idSchema, attempt: z.coerce.number().int().min(1).max(100) })

/** Throws a ZodError, which becomes a 400. */
export function targetOf(request: FastifyRequest): TargetRef {
  return schema.parse(request.params)
}
