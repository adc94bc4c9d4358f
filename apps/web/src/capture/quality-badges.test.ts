import { type CaptureSyscalls, EMPTY_QUALITY, type TargetQuality, type TargetView } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import { qualityBadges } from './quality-badges.ts'

const target = (quality: Partial<TargetQuality> | null, hostId = 'host1'): TargetView => ({
  hostId,
  hostName: hostId,
  state: quality ? 'done' : 'running',
  cancelRequested: false,
  attempt: 1,
  reason: null,
  message: null,
  startedAt: null,
  endedAt: null,
  recordedMs: null,
  chunks: 0,
  bytes: 0,
  quality: quality ? { ...EMPTY_QUALITY, ...quality } : null,
  commands: [],
})

/** Everything that may be wrong with a result; a field that is added to the schema must get its badge, or be named here as none. */
const NO_BADGE = ['samples', 'frames', 'syscalls', 'sampledEvent', 'tracerCpuSeconds']

describe('qualityBadges', () => {
  it('says nothing where nothing is wrong', () => {
    expect(qualityBadges([], undefined)).toEqual([])
    expect(qualityBadges([target({ samples: 5_000, frames: 90_000, syscalls: 1e6 }), target(null)], undefined)).toEqual([])
  })

  it('has a badge with an explanation for every single flaw', () => {
    for (const [field, zero] of Object.entries(EMPTY_QUALITY)) {
      if (NO_BADGE.includes(field)) continue
      const flawed = {
        samples: 1_000,
        frames: 1_000,
        syscalls: 1_000,
        [field]: typeof zero === 'boolean' ? true : Array.isArray(zero) ? ['a note'] : 7,
      }
      const badges = qualityBadges([target(flawed)], undefined)
      expect(badges, field).toHaveLength(1)
      expect(badges[0]?.what, field).not.toBe('')
      expect(badges[0]?.label, field).not.toMatch(/NaN|undefined|Infinity/)
    }
  })

  it('sums over hosts and says each note once', () => {
    const badges = qualityBadges(
      [target({ lostSamples: 3, notes: ['same'] }), target({ lostSamples: 4, notes: ['same'] }, 'host2')],
      undefined,
    )
    expect(badges.find((badge) => badge.id === 'lost-samples')?.label).toBe('7 samples lost')
    expect(badges.find((badge) => badge.id === 'notes')?.label).toBe('1 note')
  })

  it('knows from the live snapshot what the host has not summed up yet, and does not count it twice', () => {
    const syscalls: CaptureSyscalls = {
      hosts: [
        {
          hostId: 'host1',
          hostName: 'host1',
          snapshot: { version: 1, elapsedMs: 1_000, processes: [], rows: [], unmatchedExits: 2, lostCalls: 5, truncated: true },
        },
      ],
    }
    expect(qualityBadges([target(null)], syscalls).map((badge) => badge.id)).toEqual([
      'lost-syscalls',
      'truncated-maps',
      'unmatched-syscalls',
    ])
    const ended = qualityBadges([target({ lostSyscalls: 5 })], syscalls)
    expect(ended.map((badge) => badge.label)).toEqual(['5 syscalls lost'])
  })
})
