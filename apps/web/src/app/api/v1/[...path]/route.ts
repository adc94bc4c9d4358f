import { serveRest } from '@sonde/api'
import { readUpload } from '../../../../file-reader/read-upload.ts'
import { getApp } from '../../../../server/app.ts'

export const runtime = 'nodejs'
export const dynamic = 'force-dynamic'

/** The REST API (packages/api/src/rest): all of it, whatever the method, so that it says itself which ones an address takes. */
function handler(request: Request): Promise<Response> {
  return serveRest(request, {
    app: getApp(),
    readUpload,
    onError: (error, operationId) => console.error(`${operationId}:`, error),
  })
}

export { handler as DELETE, handler as GET, handler as PATCH, handler as POST, handler as PUT }
