import { describe, expect, it } from 'vitest'
import { localVariants } from './local-variants.ts'

describe('localVariants', () => {
  it('gives every name of the loopback the same port', () => {
    const all = ['http://127.0.0.1:4600', 'http://localhost:4600', 'http://[::1]:4600']
    for (const url of all) expect(new Set(localVariants(url))).toEqual(new Set(all))
  })
  it('trusts no further origin for a public address', () => {
    for (const url of ['https://sonde.example', 'http://localhost.example:4600', 'http://127.0.0.1.example'])
      expect(localVariants(url)).toEqual([])
  })
})
