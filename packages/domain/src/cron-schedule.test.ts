import { cronSchema } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import { checkSchedule, nextTimes, scheduleWords } from './cron-schedule.ts'

const FROM = new Date('2026-11-30T04:00:00Z')
const times = (cron: string, timeZone: string, from: string, count: number) =>
  nextTimes({ cron, timeZone }, new Date(from), count).map((time) => time.toISOString())

describe('a schedule', () => {
  it('comes at its local time, on both sides of a change of clocks', () => {
    // Europe/Berlin goes from +01:00 to +02:00 on 28 March 2027.
    expect(times('0 3 * * *', 'Europe/Berlin', '2027-03-26T12:00:00Z', 3)).toEqual([
      '2027-03-27T02:00:00.000Z',
      '2027-03-28T01:00:00.000Z',
      '2027-03-29T01:00:00.000Z',
    ])
  })

  it('comes on either day where both are given, as crontab(5) says', () => {
    expect(times('0 0 13 * 5', 'UTC', '2026-11-30T00:00:00Z', 4)).toEqual([
      '2026-12-04T00:00:00.000Z', // Fridays
      '2026-12-11T00:00:00.000Z',
      '2026-12-13T00:00:00.000Z', // a Sunday, the 13th
      '2026-12-18T00:00:00.000Z',
    ])
  })

  it('is never the moment it is asked at: a time that has come is done', () => {
    expect(times('0 4 * * *', 'UTC', '2026-11-30T04:00:00Z', 1)).toEqual(['2026-12-01T04:00:00.000Z'])
  })

  it.each([
    ['*/4 * * * *', 'UTC', 'at most once in 5 minutes'],
    ['58,2 * * * *', 'UTC', 'at most once in 5 minutes'],
    ['0,1 0 1 1 *', 'UTC', 'at most once in 5 minutes'],
    ['0 0 31 2 *', 'UTC', 'never comes'],
    ['61 * * * *', 'UTC', 'not a schedule'],
    ['0 3 * * *', 'Mars/Olympus', 'no time zone'],
  ])('refuses %s in %s', (cron, timeZone, why) => {
    expect(() => checkSchedule({ cron, timeZone }, FROM)).toThrow(why)
  })

  it.each(['*/5 * * * *', '0 3 * * *', '0,30 8-18 * * MON-FRI', '0 0 29 2 *'])('takes %s', (cron) => {
    expect(cronSchema.safeParse(cron).success).toBe(true)
    checkSchedule({ cron, timeZone: 'Europe/Berlin' }, FROM)
  })

  it.each(['* * * * * *', '@reboot', '0 3 * *', '0 3 * * * # x', "0 3 * * '"])('is five fields, which %s is not', (cron) => {
    expect(cronSchema.safeParse(cron).success).toBe(false)
  })

  it('is said in words', () => {
    expect(scheduleWords({ cron: '0 3 * * *', timeZone: 'Europe/Berlin' })).toBe('Every day at 03:00 (Europe/Berlin)')
    expect(scheduleWords({ cron: '0 9 * * 1-5', timeZone: 'UTC' })).toBe('At 09:00, Monday through Friday (UTC)')
    expect(scheduleWords({ cron: '*/15 * * * *', timeZone: 'UTC' })).toBe('Every 15 minutes (UTC)')
  })
})
