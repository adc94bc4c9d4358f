import { createHash, randomBytes } from 'node:crypto'

/** What a token is for is readable in it: for people, for secret scanners, and so that one never passes for another. */
export const TOKEN_PREFIX = { join: 'sjt_', agent: 'sat_', invite: 'siv_' } as const
export type TokenKind = keyof typeof TOKEN_PREFIX

/** 256 random bits. The token is shown once; only its hash is stored. */
export function newToken(kind: TokenKind): { token: string; hash: string } {
  const token = `${TOKEN_PREFIX[kind]}${randomBytes(32).toString('base64url')}`
  return { token, hash: hashToken(token) }
}

/** SHA-256, lower-case hex. No salt or stretching: 256 random bits cannot be guessed, and look-ups need one value. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

/** Cheap test of the form, so that junk never reaches the database. */
export function isToken(kind: TokenKind, text: string): boolean {
  return text.startsWith(TOKEN_PREFIX[kind]) && /^[\w-]{43}$/.test(text.slice(TOKEN_PREFIX[kind].length))
}
