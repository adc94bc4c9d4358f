import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import {
  type CaptureCounters,
  type CaptureCounts,
  type CaptureEvents,
  type CaptureLatency,
  type CaptureSpec,
  type CaptureSpecInput,
  type CaptureSyscalls,
  type CaptureView,
  captureSpecSchema,
  countersQuerySchema,
  countsQuerySchema,
  eventsQuerySchema,
  isFinal,
  latencyQuerySchema,
  type TargetView,
} from '@sonde/contract'
import { getCapture, readCounters, readCounts, readEvents, readLatency, readProfile, readSyscalls, startCapture } from '@sonde/domain'
import { decodeProfile, type Profile } from '@sonde/profile'
import type { Lab } from './lab.ts'

/** Emulation stretches everything but the recording itself: compiling, attaching, naming addresses. */
const PATIENCE_MS = 120_000
const LOOK_EVERY_MS = 100
/** The recording began some time before it was seen to run. */
const MARGIN_MS = 2_500
const ATTEMPTS = 4
/** What the agent says when its tools took longer to attach or to end than it allows. */
const TOO_SLOW = /was not ready within|did not end within/

/** An instrument as a person or a client writes it: what is left out has its default. */
export type InstrumentInput = CaptureSpecInput['instruments'][number]

export type Recorded = { id: string; view: CaptureView; target: TargetView }

/**
 * Starts a capture on the lab's host as a person would, does `during` once its probes are attached, and waits for its end. How fast
 * this machine is changes no result: where `during` took so long that the recording may have ended before it, or emulation was too
 * slow for the agent's own time limits, all is done again with twice the time. Throws with the guest's console when the capture does
 * not end.
 */
export async function recordCapture(lab: Lab, spec: CaptureSpec, during?: () => Promise<void>): Promise<Recorded> {
  let longer = spec
  for (let attempt = 1; ; attempt++, longer = { ...spec, durationMs: longer.durationMs * 2 }) {
    const { capture, inTime } = await recordOnce(lab, longer, during)
    const tooSlow = capture.target.state === 'failed' && TOO_SLOW.test(capture.target.message ?? '')
    if ((inTime && !tooSlow) || attempt === ATTEMPTS) return capture
    console.log(`again, with more time: ${tooSlow ? capture.target.message : 'the workload took longer than the recording'}`)
  }
}

async function recordOnce(lab: Lab, spec: CaptureSpec, during?: () => Promise<void>): Promise<{ capture: Recorded; inTime: boolean }> {
  const id = (await startCapture(lab.actor, lab.app, { hostIds: [lab.hostId], spec })).id
  const ended = () => waitFor(lab, id, spec, 'ended', ({ state }) => isFinal(state))
  if (!during) return { capture: await ended(), inTime: true }
  const seen = await waitFor(lab, id, spec, 'running', ({ state }) => state === 'running' || isFinal(state))
  if (seen.target.state !== 'running') return { capture: seen, inTime: true }
  const since = await uptimeMs(lab)
  await during()
  const tookMs = (await uptimeMs(lab)) - since
  return { capture: await ended(), inTime: tookMs < spec.durationMs - MARGIN_MS }
}

async function waitFor(lab: Lab, id: string, spec: CaptureSpec, what: string, reached: (target: TargetView) => boolean): Promise<Recorded> {
  const deadline = performance.now() + spec.durationMs + PATIENCE_MS
  for (;;) {
    const view = await getCapture(lab.actor, lab.app, { id })
    const target = view.targets[0]
    if (!target) throw new Error('the capture has no target')
    if (reached(target)) return { id, view, target }
    if (performance.now() > deadline) {
      throw new Error(`not ${what} in time, but ${target.state}. The guest's console:\n${lab.machine.consoleTail()}`)
    }
    await sleep(LOOK_EVERY_MS)
  }
}

/** By the guest's own clock, which goes faster or slower than this machine's where instructions are counted. */
async function uptimeMs({ machine }: Lab): Promise<number> {
  return Number((await machine.run('cut -d" " -f1 /proc/uptime')).output) * 1000
}

/** A spec of one instrument, put together by hand. */
export function specOf(instrument: InstrumentInput, durationMs: number): CaptureSpec {
  return captureSpecSchema.parse({ version: 2, recipe: null, instruments: [instrument], durationMs })
}

export async function profileOf(lab: Lab, { id }: Recorded, kind: 'profile' | 'offcpu' = 'profile'): Promise<Profile> {
  const { gzip } = await readProfile(lab.actor, lab.app, { id, kind })
  return decodeProfile(await promisify(gunzip)(gzip))
}

export async function syscallsOf(lab: Lab, { id }: Recorded): Promise<CaptureSyscalls['hosts'][number]['snapshot']> {
  const { hosts } = await readSyscalls(lab.actor, lab.app, { id })
  const snapshot = hosts[0]?.snapshot
  if (!snapshot) throw new Error('the capture has no system calls')
  return snapshot
}

export const countsOf = (lab: Lab, { id }: Recorded): Promise<CaptureCounts> =>
  readCounts(lab.actor, lab.app, countsQuerySchema.parse({ id, limit: 500 }))

export const latencyOf = (lab: Lab, { id }: Recorded): Promise<CaptureLatency> =>
  readLatency(lab.actor, lab.app, latencyQuerySchema.parse({ id }))

export const eventsOf = (lab: Lab, { id }: Recorded): Promise<CaptureEvents> =>
  readEvents(lab.actor, lab.app, eventsQuerySchema.parse({ id, dir: 'asc', limit: 20_000 }))

export const countersOf = (lab: Lab, { id }: Recorded): Promise<CaptureCounters> =>
  readCounters(lab.actor, lab.app, countersQuerySchema.parse({ id }))
