import { SondeError } from '@sonde/contract'

/** The last row's place in a list by time: time (ms) and id. Times have ms in the database too, so nothing is skipped or doubled. */
export function writeTimeCursor(at: Date, id: string): string {
  return Buffer.from(`${at.getTime()}.${id}`).toString('base64url')
}

/** What `writeTimeCursor` wrote. Throws `invalid` for anything else. */
export function readTimeCursor(cursor: string): { at: Date; id: string } {
  const [, ms, id] = /^(\d{1,15})\.([\w-]{4,64})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? []
  if (ms === undefined || id === undefined) throw new SondeError('invalid', 'this is not a page of the list')
  return { at: new Date(Number(ms)), id }
}
