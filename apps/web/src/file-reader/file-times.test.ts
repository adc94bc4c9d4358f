import { type Profile, ProfileBuilder } from '@sonde/profile'
import { describe, expect, it } from 'vitest'
import { withFileTimes } from './file-times.ts'

function profileAt(timesUs: number[], meta: Partial<Profile['meta']>): Profile {
  const builder = new ProfileBuilder(meta)
  const thread = builder.addThread(builder.addHost('', ''), 1, 1, 'app')
  for (const at of timesUs) builder.addSample(-1, thread, at, 1)
  return builder.build()
}

describe('withFileTimes', () => {
  it('moves what begins before 0 to 0, and the start of the file with it', () => {
    const { meta, samples } = withFileTimes(profileAt([-2_000, 1_000], { startMs: 10_000, durationMs: 1 }))
    expect([...samples.timeUs]).toEqual([0, 3_000])
    expect(meta).toMatchObject({ startMs: 9_998, durationMs: 3 })
  })
  it('leaves good times as they are', () => {
    const { meta, samples } = withFileTimes(profileAt([5, 70], { startMs: 1_700_000_000_000, durationMs: 30 }))
    expect([...samples.timeUs]).toEqual([5, 70])
    expect(meta).toMatchObject({ startMs: 1_700_000_000_000, durationMs: 30 })
  })
  it.each([Number.NaN, -5, 8.64e15, Number.POSITIVE_INFINITY])('drops a start of %d, which is no date', (startMs) => {
    for (const timed of [true, false]) expect(withFileTimes(profileAt([0], { startMs, timed })).meta.startMs).toBe(0)
  })
  it.each([Number.NaN, -5, Number.POSITIVE_INFINITY])('takes the last sample for the end where the length is %d', (durationMs) => {
    expect(withFileTimes(profileAt([0, 9_000], { durationMs })).meta.durationMs).toBe(9)
    expect(withFileTimes(profileAt([0, 0], { durationMs, timed: false })).meta.durationMs).toBe(0)
  })
})
