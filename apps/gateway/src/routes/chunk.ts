import { CHUNK_HEADERS, CHUNK_LIMITS, chunkKindSchema, SondeError, sha256Schema } from '@sonde/contract'
import { rejectChunk, storeChunk, tooLarge } from '@sonde/domain'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { hostOf } from '../authenticate.ts'
import type { GatewayContext } from '../gateway.ts'
import { TARGET_PATH, targetOf } from '../target-params.ts'

const seqSchema = z.object({ seq: z.coerce.number().int().min(0).max(1_000_000) })
const headersSchema = z.object({ [CHUNK_HEADERS.sha256]: sha256Schema, [CHUNK_HEADERS.kind]: chunkKindSchema })

/** One piece of a result: raw gzip bytes. */
export function chunkRoute(server: FastifyInstance, { app }: GatewayContext): void {
  server.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: CHUNK_LIMITS.maxCompressedBytes }, (_, body, done) => done(null, body))
    scope.put(`${TARGET_PATH}/chunks/:seq`, {
      handler: (request) => {
        const { seq } = seqSchema.parse(request.params)
        const headers = headersSchema.parse(request.headers)
        const bytes = request.body
        if (!Buffer.isBuffer(bytes)) throw new SondeError('invalid', 'the body is the chunk, as gzip')
        const upload = { seq, kind: headers[CHUNK_HEADERS.kind], sha256: headers[CHUNK_HEADERS.sha256], bytes }
        return storeChunk(hostOf(request), app, targetOf(request), upload)
      },
      errorHandler: async (error, request) => {
        // The body was over its limit and never read: that must show on the target too.
        if (error.code !== 'FST_ERR_CTP_BODY_TOO_LARGE') throw error
        const length = Number(request.headers['content-length'])
        const refusal = tooLarge(Number.isSafeInteger(length) ? length : null)
        await rejectChunk(hostOf(request), app, targetOf(request), refusal.message)
        throw refusal
      },
    })
  })
}
