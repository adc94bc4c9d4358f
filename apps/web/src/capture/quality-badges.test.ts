import { type CaptureSyscalls, EMPTY_QUALITY, type Forecast, type TargetQuality, type TargetView } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import { qualityBadges } from './quality-badges.ts'
import { targetOf } from './testing/capture-of.ts'

const target = (quality: Partial<TargetQuality> | null, hostId = 'host1'): TargetView =>
  targetOf({
    hostId,
    hostName: hostId,
    state: quality ? 'done' : 'running',
    recordedMs: quality ? 10_000 : null,
    quality: quality ? { ...EMPTY_QUALITY, ...quality } : null,
  })

const FORECAST: Forecast = {
  countedMs: 1_000,
  probes: [],
  hitsPerSecond: 1_000,
  cores: 0.1,
  bytesPerSecond: 0,
  verdict: 'ok',
  every: 1,
  budget: { hitsPerSecond: 1e5, cores: 1, memoryBytes: 1e8, outputBytes: 1e8 },
  message: '',
}
const CAUSE = { pid: 1, comm: 'java', module: '', frames: 40, reason: 'no map', remedy: 'Start it with a map.' }

/** Everything that may be wrong with a result; a field that is added to the schema must get its badge, or be named here as none. */
const NO_BADGE = ['samples', 'frames', 'syscalls', 'sampledEvent', 'tracerCpuSeconds', 'hits']
/** Fields whose flaw is not a number. `unknownBy` stands in the badge of the unknown frames. */
const FLAWS: Partial<TargetQuality> = {
  mapsTruncated: true,
  partial: true,
  braked: 'It fired too often.',
  forecast: FORECAST,
  notes: ['a note'],
  unknownBy: [CAUSE],
}

describe('qualityBadges', () => {
  it('says nothing where nothing is wrong', () => {
    expect(qualityBadges([], undefined)).toEqual([])
    expect(qualityBadges([target({ samples: 5_000, frames: 90_000, syscalls: 1e6 }), target(null)], undefined)).toEqual([])
  })

  it('has a badge with an explanation for every single flaw', () => {
    for (const [field, zero] of Object.entries(EMPTY_QUALITY)) {
      if (NO_BADGE.includes(field)) continue
      const flaw = Object.entries(FLAWS).find(([name]) => name === field)
      if (!flaw) expect(zero, field).toBeTypeOf('number')
      const flawed = {
        samples: 1_000,
        frames: 1_000,
        syscalls: 1_000,
        [field]: flaw ? flaw[1] : 7,
        ...(field === 'unknownBy' ? { unknownFrames: 50 } : {}),
      }
      const badges = qualityBadges([target(flawed)], undefined)
      expect(badges, field).toHaveLength(1)
      expect(badges[0]?.what, field).not.toBe('')
      expect(JSON.stringify(badges[0]), field).not.toMatch(/NaN|undefined|Infinity/)
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
          bounds: null,
          boundedMax: [],
        },
      ],
      untimed: 0,
    }
    expect(qualityBadges([target(null)], syscalls).map((badge) => badge.id)).toEqual([
      'lost-syscalls',
      'truncated-maps',
      'unmatched-syscalls',
    ])
    const ended = qualityBadges([target({ lostSyscalls: 5 })], syscalls)
    expect(ended.map((badge) => badge.label)).toEqual(['5 syscalls lost'])
  })

  it('says where unknown frames come from, the same on two hosts once, the largest first', () => {
    const other = { ...CAUSE, comm: 'app', module: 'libx.so', frames: 90, reason: 'stripped', remedy: 'Install libx-dbg.' }
    const [badge] = qualityBadges(
      [
        target({ frames: 500, unknownFrames: 130, unknownBy: [CAUSE, other] }),
        target({ frames: 500, unknownFrames: 40, unknownBy: [CAUSE] }, 'host2'),
      ],
      undefined,
    )
    expect(badge).toMatchObject({ id: 'unknown-symbols', tone: 'warn', remedy: null })
    expect(badge?.causes.map((cause) => cause.what.replaceAll('\u00a0', ' '))).toEqual([
      '9.0 % of all frames: app, libx.so: stripped',
      '8.0 % of all frames: java: no map',
    ])
  })

  it('compares what was forecast with what came, in events a second', () => {
    const badgeOf = (quality: Partial<TargetQuality>) => qualityBadges([target({ forecast: FORECAST, ...quality })], undefined)[0]
    expect(badgeOf({ hits: 12_000 })).toMatchObject({ id: 'forecast', tone: 'neutral', label: 'forecast 1.00k/s, seen 1.20k/s' })
    expect(badgeOf({ hits: 50_000 })).toMatchObject({ tone: 'warn' })
    // One in four recorded: four times as many came.
    expect(qualityBadges([target({ forecast: FORECAST, hits: 2_500, sampledEvery: 4 })], undefined).map((b) => b.label)).toEqual([
      '1 in 4',
      'forecast 1.00k/s, seen 1.00k/s',
    ])
    expect(qualityBadges([target({ forecast: { ...FORECAST, countedMs: 0 }, hits: 5 })], undefined)).toEqual([])
  })
})
