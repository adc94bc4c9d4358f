import { ERROR_CODES, IMPORTED_FILE_LIMITS, SondeError } from '@sonde/contract'
import { authorize, importCapture } from '@sonde/domain'
import { readUpload } from '../../../../file-reader/read-upload.ts'
import { getApp } from '../../../../server/app.ts'
import { isSameOrigin } from '../../../../server/same-origin.ts'
import { actorOf } from '../../../../server/session.ts'

export const runtime = 'nodejs'
export const dynamic = 'force-dynamic'

/** Makes a capture of the file that is the body, `?name=` its name. Answers `{ id }`, or `{ error: { code, message } }` with the code's status. */
export async function POST(request: Request): Promise<Response> {
  try {
    if (!isSameOrigin(request.headers)) throw new SondeError('forbidden', 'a file is imported from a page of Sonde')
    const actor = await actorOf(request.headers)
    authorize(actor, 'capture.import')
    const name = new URL(request.url).searchParams.get('name') ?? ''
    if (name.length > IMPORTED_FILE_LIMITS.fileNameLength) throw new SondeError('invalid', 'the name of the file is too long')
    const capture = await importCapture(actor, getApp(), { fileName: name, read: readUpload(request, name) })
    return Response.json(capture, { status: 201, headers: { 'cache-control': 'private, no-store' } })
  } catch (error) {
    if (error instanceof SondeError)
      return Response.json({ error: { code: error.code, message: error.message } }, { status: ERROR_CODES[error.code] })
    if (!request.signal.aborted) console.error('import:', error)
    return Response.json(
      { error: { code: 'internal', message: 'Something went wrong on the server. Its log has the details.' } },
      { status: 500 },
    )
  }
}
