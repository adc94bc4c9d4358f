import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { type Actor, SondeError } from '@sonde/contract'
import { decodeProfile, ProfileFormatError, type SampleSelection } from '@sonde/profile'
import { EXPORT_FORMATS, type ExportFormat, exportProfile } from '@sonde/profile/export'
import type { App } from './app.ts'
import { getCapture } from './get-capture.ts'
import { type ProfileKind, readProfile } from './read-profile.ts'

const gunzipAsync = promisify(gunzip)

export type ExportedProfile = { bytes: Uint8Array<ArrayBuffer>; contentType: string; extension: string }

/**
 * A capture's profile, or the selected samples of it, as a file for another tool (docs/formats/exchange.md). Throws `not-found`, and
 * `unprocessable` where it has no such samples, or the format cannot hold that many.
 */
export async function exportCaptureProfile(
  actor: Actor,
  app: App,
  input: { id: string; kind?: ProfileKind | undefined; format: ExportFormat; selection?: SampleSelection | undefined },
): Promise<ExportedProfile> {
  const { title } = await getCapture(actor, app, input)
  const { gzip } = await readProfile(actor, app, input)
  const profile = decodeProfile(await gunzipAsync(gzip))
  if (profile.samples.length === 0)
    throw new SondeError('unprocessable', input.kind === 'offcpu' ? 'this capture has no waits (yet)' : 'this capture has no stacks (yet)')
  try {
    const bytes = await exportProfile(profile, input.format, { selection: input.selection, title })
    return { bytes, ...EXPORT_FORMATS[input.format] }
  } catch (error) {
    if (error instanceof ProfileFormatError) throw new SondeError('unprocessable', `as ${input.format}: ${error.message}`)
    throw error
  }
}
