import { describe, expect, it } from 'vitest'
import { bareHostName, hostsCalled } from './rule-hosts.ts'

describe('how an alert calls a host', () => {
  it.each([
    ['db-1', 'db-1'],
    ['db-1:9100', 'db-1'],
    ['DB-1.example.org:9100', 'db-1.example.org'],
    ['https://server.example.org:443/path', 'server.example.org'],
    ['[2001:db8::1]:9100', '2001:db8::1'],
    ['2001:db8::1', '2001:db8::1'],
    ['10.0.0.7:9100', '10.0.0.7'],
    ['', ''],
  ])('%s is %s', (text, bare) => {
    expect(bareHostName(text)).toBe(bare)
  })

  it.each([
    ['db-1', 'db-1:9100', true],
    ['db-1.example.org', 'db-1:9100', true],
    ['db-1', 'db-1.example.org', true],
    ['DB-1', 'db-1', true],
    ['db-1', 'db-10', false],
    ['db-1', 'db-1x.example.org', false],
    ['db-1.a.org', 'db-1.b.org', false],
    ['10', '10.0.0.7:9100', false],
    ['db-1', '', false],
    ['', '', false],
  ])('%s called %s: %s', (name, called, is) => {
    expect(hostsCalled(['other', called])(name)).toBe(is)
  })

  it('is told for many hosts and many words in no time', () => {
    const words = Array.from({ length: 2_000 }, (_, i) => `host-${i}.example.org:9100`)
    const started = performance.now()
    const isCalled = hostsCalled(words)
    const found = Array.from({ length: 5_000 }, (_, i) => isCalled(`host-${i}`)).filter(Boolean)
    expect(found).toHaveLength(2_000)
    expect(performance.now() - started).toBeLessThan(500)
  })
})
