import { describe, expect, it } from 'vitest'
import { formatMatchers, matchesLabels, parseMatchers } from './alert-matcher.ts'

describe('matchers of alert labels', () => {
  it('are written as words, quoted where there are spaces', () => {
    expect(parseMatchers('severity=critical, team!="my \\"own\\" team"  alertname=X')).toEqual([
      { label: 'severity', op: '=', value: 'critical' },
      { label: 'team', op: '!=', value: 'my "own" team' },
      { label: 'alertname', op: '=', value: 'X' },
    ])
    expect(parseMatchers('  ')).toEqual([])
  })

  it.each(['critical', 'a=b c', '=x', 'a=~x"', '1a=b', 'a="b'])('are not %s', (text) => {
    expect(parseMatchers(text)).toBeNull()
  })

  it('survive being written and read', () => {
    for (const value of ['', 'x', 'a b', '"', '\\', '\\"', 'a,b', '{x}', '\u202e', 'a=b', 'ü "q" \\ z'])
      expect(parseMatchers(formatMatchers([{ label: 'l', op: '!=', value }]))).toEqual([{ label: 'l', op: '!=', value }])
  })

  it('must all hold; a label that is missing is empty', () => {
    const labels = { severity: 'critical' }
    expect(matchesLabels([], labels)).toBe(true)
    expect(matchesLabels([{ label: 'severity', op: '=', value: 'critical' }], labels)).toBe(true)
    expect(matchesLabels([{ label: 'severity', op: '!=', value: 'critical' }], labels)).toBe(false)
    expect(matchesLabels([{ label: 'team', op: '!=', value: 'infra' }], labels)).toBe(true)
    expect(matchesLabels([{ label: 'team', op: '=', value: '' }], labels)).toBe(true)
    expect(matchesLabels([{ label: 'constructor', op: '=', value: '' }], labels)).toBe(true)
  })
})
