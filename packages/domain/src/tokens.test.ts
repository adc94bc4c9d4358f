import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { hashToken, isToken, newToken, TOKEN_PREFIX } from './tokens.ts'

it('makes tokens of 256 bits, shares of 128, that say what they are for, and hashes that do not give them away', () => {
  const kinds = ['join', 'agent', 'invite', 'share', 'api', 'device'] as const
  const seen = new Set<string>()
  for (const kind of kinds) {
    const { token, hash } = newToken(kind)
    expect(token.startsWith(TOKEN_PREFIX[kind])).toBe(true)
    expect(Buffer.from(token.slice(4), 'base64url')).toHaveLength(kind === 'share' ? 16 : 32)
    expect(hash).toBe(createHash('sha256').update(token).digest('hex'))
    expect(hashToken(token)).toBe(hash)
    for (const other of kinds) expect(isToken(other, token)).toBe(other === kind)
    seen.add(token)
  }
  expect(seen.size).toBe(kinds.length)
  for (const junk of ['', 'sjt_', `sjt_${'x'.repeat(42)}`, `sjt_${'x'.repeat(44)}`, `sjt_${'é'.repeat(43)}`])
    expect(isToken('join', junk)).toBe(false)
  for (const junk of ['ssh_', `ssh_${'x'.repeat(21)}`, `ssh_${'x'.repeat(43)}`, `ssh_${'x'.repeat(22)}\n`])
    expect(isToken('share', junk)).toBe(false)
})
