import { describe, expect, it } from 'vitest'
import { isSameOrigin } from './same-origin.ts'

describe('isSameOrigin', () => {
  it.each([
    [{ 'sec-fetch-site': 'same-origin' }, true],
    [{ 'sec-fetch-site': 'none' }, true],
    [{ 'sec-fetch-site': 'cross-site' }, false],
    [{ 'sec-fetch-site': 'same-site', origin: 'http://127.0.0.1:4600', host: '127.0.0.1:4600' }, false],
    [{ origin: 'http://127.0.0.1:4600', host: '127.0.0.1:4600' }, true],
    [{ origin: 'https://evil.example', host: '127.0.0.1:4600' }, false],
    [{ origin: 'null', host: '127.0.0.1:4600' }, false],
    [{}, true],
  ])('%j → %s', (headers, allowed) => expect(isSameOrigin(new Headers(headers as Record<string, string>))).toBe(allowed))
})
