import type { HostBuild, HostBuilds } from '@sonde/contract'
import { expect, it } from 'vitest'
import { BuildsDesk } from './builds-desk.ts'
import { createLog } from './log.ts'

const build = (buildId: string, processes = 1): HostBuild => ({ name: 'app', path: '/app', buildId, service: null, processes, sinceMs: 0 })
const log = createLog('silent')

it('has news until the server knows, and again when a build comes or goes, not when processes do', () => {
  let report: HostBuilds | null = null
  const desk = new BuildsDesk({ watch: { look: async () => {}, report: () => report }, signal: new AbortController().signal, log })
  expect(desk.news()).toBeUndefined()
  report = { builds: [build('aaaaaaaa')], left: 0 }
  expect(desk.news()).toEqual(report)
  // The heartbeat got lost.
  expect(desk.news()).toEqual(report)
  desk.answered(report)
  expect(desk.news()).toBeUndefined()
  report = { builds: [build('aaaaaaaa', 9)], left: 0 }
  expect(desk.news()).toBeUndefined()
  report = { builds: [build('bbbbbbbb')], left: 0 }
  expect(desk.news()).toEqual(report)
  report = { builds: [], left: 0 }
  expect(desk.news()).toEqual(report)
})

it('goes on looking after a look that failed, and ends with the agent', async () => {
  const stop = new AbortController()
  let looks = 0
  const watch = {
    look: async () => {
      if (++looks === 3) stop.abort()
      throw new Error('no /proc')
    },
    report: () => null,
  }
  await new BuildsDesk({ watch, signal: stop.signal, log, everyMs: 1 }).run()
  expect(looks).toBe(3)
})
