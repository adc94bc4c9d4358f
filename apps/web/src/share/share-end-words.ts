import type { ShareEnd } from '@sonde/contract'

const WORDS: Record<ShareEnd | 'unknown', { title: string; text: string }> = {
  revoked: { title: 'This link was revoked', text: 'Whoever shared it has closed it. Ask them for a new one.' },
  expired: { title: 'This link has expired', text: 'Links to captures end after a while. Ask whoever sent it for a new one.' },
  deleted: { title: 'The capture of this link was deleted', text: 'There is nothing left to show. Ask whoever sent it.' },
  unknown: { title: 'There is no such link', text: 'It may not be complete. Ask whoever sent it to copy it again.' },
}

/** What a link says that shows nothing (any more); the same from the server and on a page that was open. */
export function shareEndWords(end: string | undefined): { title: string; text: string } {
  return end === 'revoked' || end === 'expired' || end === 'deleted' ? WORDS[end] : WORDS.unknown
}
