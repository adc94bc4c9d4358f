import { createHash, randomBytes } from 'node:crypto'

/** What a token is for is readable in it: for people, for secret scanners, and so that one never passes for another. */
export const TOKEN_PREFIX = {
  join: 'sjt_',
  agent: 'sat_',
  invite: 'siv_',
  share: 'ssh_',
  api: 'spt_',
  device: 'sdc_',
  rule: 'srt_',
} as const
export type TokenKind = keyof typeof TOKEN_PREFIX

/** Random bytes of a token. A share link is typed, read out and pasted by people: 128 bits, which nobody guesses either. */
const bytesOf = (kind: TokenKind): number => (kind === 'share' ? 16 : 32)

/** 256 random bits, 128 for a share. The token is shown once; only its hash is stored. */
export function newToken(kind: TokenKind): { token: string; hash: string } {
  const token = `${TOKEN_PREFIX[kind]}${randomBytes(bytesOf(kind)).toString('base64url')}`
  return { token, hash: hashToken(token) }
}

/** SHA-256, lower-case hex. No salt or stretching: the random bits cannot be guessed, and look-ups need one value. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

/** Cheap test of the form, so that junk never reaches the database. */
export function isToken(kind: TokenKind, text: string): boolean {
  const letters = Math.ceil((bytesOf(kind) * 8) / 6)
  return text.startsWith(TOKEN_PREFIX[kind]) && text.length === TOKEN_PREFIX[kind].length + letters && /^[\w-]+$/.test(text)
}
