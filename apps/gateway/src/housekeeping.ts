import { fireDueRules, indexCaptures, reapTargets, startDueCaptures } from '@sonde/domain'
import type { GatewayContext } from './gateway.ts'

/**
 * Looks for work after each announcement, and every `sweepMs` in case one got lost; at the same pace it reaps, fires the rules that are
 * due, starts the captures after deploys, and reads what is in captures that ended, so that they are found by it. Returns the end of it,
 * which waits for what is under way.
 */
export function startHousekeeping({ app, room, log }: GatewayContext, sweepMs: number): () => Promise<void> {
  const subscription = app.bus.subscribe(() => void room.look())
  let stopped = false
  let underWay: Promise<void> = Promise.resolve()
  let indexing: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined

  const sweep = async () => {
    try {
      const reaped = await reapTargets(app)
      if (Object.values(reaped).some((count) => count > 0)) log.info(reaped, 'ended what nobody else did')
    } catch (error) {
      log.warn({ err: error }, 'could not reap; trying again at the next sweep')
    }
    try {
      const fired = await fireDueRules(app)
      if (fired.started + fired.skipped > 0) log.info(fired, 'rules were due')
    } catch (error) {
      log.warn({ err: error }, 'rules that are due could not be fired; trying again at the next sweep')
    }
    try {
      const started = await startDueCaptures(app)
      if (started > 0) log.info({ started }, 'started captures after deploys')
    } catch (error) {
      log.warn({ err: error }, 'could not start the captures that are due; trying again at the next sweep')
    }
    await room.look()
    indexing ??= index().finally(() => {
      indexing = undefined
    })
  }
  /** Beside the sweeps, which do not wait for it: results may be large. */
  const index = async () => {
    try {
      await indexCaptures(app, (capture, err) =>
        log.warn({ err, capture }, 'its results could not be read: it is not found by what is in it'),
      )
    } catch (error) {
      log.warn({ err: error }, 'could not read what is in captures; trying again at the next sweep')
    }
  }
  const schedule = () => {
    timer = setTimeout(() => {
      underWay = sweep().then(() => {
        if (!stopped) schedule()
      })
    }, sweepMs)
  }
  underWay = sweep() // at start, too: what the last gateway left behind should not wait
  void underWay.then(() => {
    if (!stopped) schedule()
  })
  return async () => {
    stopped = true
    clearTimeout(timer)
    await subscription.close()
    await underWay
    await indexing
  }
}
