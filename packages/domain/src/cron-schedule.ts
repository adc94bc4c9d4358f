import { SCHEDULE_MIN_INTERVAL_MS, SondeError } from '@sonde/contract'
import { Cron } from 'croner'
import cronstrue from 'cronstrue'

/** Looking this many times ahead shows the shortest distance of any schedule that people write: minutes repeat by the hour. */
const LOOKED_AHEAD = 300

/** A schedule as crontab(5) has it, in a time zone: where both days are given, either will do. Throws `invalid` with what is wrong. */
function cronOf(cron: string, timeZone: string): Cron {
  try {
    new Intl.DateTimeFormat('en', { timeZone })
  } catch {
    throw new SondeError(
      'invalid',
      `there is no time zone ${JSON.stringify(timeZone.slice(0, 64))}; it is a name as in Europe/Berlin, or UTC`,
    )
  }
  try {
    return new Cron(cron, { timezone: timeZone, mode: '5-part', paused: true })
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^CronPattern: /, '') : String(error)
    throw new SondeError('invalid', `not a schedule: ${why}`)
  }
}

/** Up to `count` times after `from` (not itself). Throws `invalid`. A local time that a change of clocks skips or doubles is had once. */
export function nextTimes(schedule: { cron: string; timeZone: string }, from: Date, count: number): Date[] {
  return cronOf(schedule.cron, schedule.timeZone).nextRuns(count, from)
}

/** Throws `invalid` for what is no schedule, never comes, or comes too often. */
export function checkSchedule({ cron, timeZone }: { cron: string; timeZone: string }, from: Date): void {
  if (cronOf(cron, timeZone).nextRun(from) === null) throw new SondeError('invalid', 'this time never comes')
  // In UTC, where no change of clocks pushes two times together.
  const times = cronOf(cron, 'UTC').nextRuns(LOOKED_AHEAD, from)
  const tooClose = times.some((time, i) => i > 0 && time.getTime() - (times[i - 1]?.getTime() ?? 0) < SCHEDULE_MIN_INTERVAL_MS)
  if (tooClose) throw new SondeError('invalid', `at most once in ${SCHEDULE_MIN_INTERVAL_MS / 60_000} minutes`)
}

/** "At 09:00, Monday through Friday (Europe/Berlin)". Never throws: what cannot be read is said as it stands. */
export function scheduleWords({ cron, timeZone }: { cron: string; timeZone: string }): string {
  try {
    const words = cronstrue.toString(cron, { use24HourTimeFormat: true })
    return `${/^At \d\d:\d\d$/.test(words) ? `Every day a${words.slice(1)}` : words} (${timeZone})`
  } catch {
    return `${cron} (${timeZone})`
  }
}
