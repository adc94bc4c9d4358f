import { CATALOGUE_LIMITS, catalogueKeySchema, missingCataloguesRequestSchema, SondeError } from '@sonde/contract'
import { catalogueTooLarge, missingCatalogues, storeCatalogue } from '@sonde/domain'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { hostOf } from '../authenticate.ts'
import type { GatewayContext } from '../gateway.ts'

const paramsSchema = z.object({ key: catalogueKeySchema })

/** Catalogues of what can be probed: which of them are still to be sent, and one of them, as raw gzip bytes. */
export function catalogueRoute(server: FastifyInstance, { app }: GatewayContext): void {
  server.post('/catalogues/missing', async (request) => ({
    missing: await missingCatalogues(app, missingCataloguesRequestSchema.parse(request.body).keys),
  }))
  server.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    const bodyLimit = CATALOGUE_LIMITS.maxCompressedBytes
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit }, (_, body, done) => done(null, body))
    scope.put('/catalogues/:key', {
      handler: (request) => {
        const { key } = paramsSchema.parse(request.params)
        const bytes = request.body
        if (!Buffer.isBuffer(bytes)) throw new SondeError('invalid', 'the body is the catalogue, as gzip')
        return storeCatalogue(hostOf(request), app, { key, bytes })
      },
      errorHandler: (error) => {
        throw error.code === 'FST_ERR_CTP_BODY_TOO_LARGE' ? catalogueTooLarge() : error
      },
    })
  })
}
