import { DEFAULT_VIEW_STATE, EMPTY_QUALITY } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import { captureOf, targetOf } from '../capture/testing/capture-of.ts'
import { LINK_LIMITS, linkDescription, withinBytes } from './link-words.ts'

describe('withinBytes', () => {
  it('never has more bytes than it may, nor half a character', () => {
    for (const text of ['', 'short', 'x'.repeat(500), '漢字'.repeat(100), '👩‍👩‍👧'.repeat(40), 'é'.repeat(100)]) {
      for (const most of [10, 67, 197]) {
        const cut = withinBytes(text, most)
        expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(most)
        expect(cut).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])|\u200d…/)
        if (Buffer.byteLength(text) <= most) expect(cut).toBe(text)
        else expect(cut.endsWith('…')).toBe(true)
      }
    }
  })
})

describe('linkDescription', () => {
  const target = targetOf({ hostName: 'web-1' })
  const capture = captureOf([target])
  it('says every number with its unit, how many hosts, how long, who and when, and what was lost', () => {
    const quality = { ...EMPTY_QUALITY, samples: 12_402, syscalls: 1_240_000, hits: 3, lostSamples: 2, lostEvents: 1 }
    const done = { ...capture, createdAt: new Date('2026-11-30T04:11:59Z'), targets: [{ ...target, state: 'done' as const, quality }] }
    const text = linkDescription(done, DEFAULT_VIEW_STATE).replaceAll('\u00a0', ' ')
    for (const part of [
      '12.4k samples',
      '1.24M syscalls',
      '3 events',
      '1 host',
      '3 lost',
      `by ${capture.createdBy.name}`,
      '30 Nov 2026, 04:11 UTC',
    ])
      expect(text).toContain(part)
    expect(linkDescription(done, { ...DEFAULT_VIEW_STATE, window: '1000-3000' }).replaceAll('\u00a0', ' ')).toContain('shown: 1 s to 3 s')
  })
  it('says that it still records', () => {
    expect(linkDescription({ ...capture, targets: [{ ...target, state: 'running' }] }, DEFAULT_VIEW_STATE)).toContain('still recording')
  })
  it('names no host', () => {
    for (const { hostName } of capture.targets) expect(linkDescription(capture, DEFAULT_VIEW_STATE)).not.toContain(hostName)
  })
  it('fits with an ordinary name', () => expect(LINK_LIMITS.descriptionBytes).toBeGreaterThan(150))
})
