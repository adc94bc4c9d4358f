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

/** An instrument as a person or a client writes it: what is left out has its default. */
export type InstrumentInput = CaptureSpecInput['instruments'][number]

export type Recorded = { id: string; view: CaptureView; target: TargetView }

/**
 * Starts a capture on the lab's host as a person would, does `during` once its probes are attached, and waits for its end.
 * Throws with the guest's console when it does not end, and with the target's own words when it ends before it was attached.
 */
export async function recordCapture(lab: Lab, spec: CaptureSpec, during?: () => Promise<void>): Promise<Recorded> {
  const { app, actor, hostId, machine } = lab
  const { id } = await startCapture(actor, app, { hostIds: [hostId], spec })
  const deadline = performance.now() + spec.durationMs + PATIENCE_MS
  const look = async (): Promise<Recorded> => {
    const view = await getCapture(actor, app, { id })
    const target = view.targets[0]
    if (!target) throw new Error('the capture has no target')
    return { id, view, target }
  }
  const waitFor = async (what: string, reached: (target: TargetView) => boolean): Promise<Recorded> => {
    for (;;) {
      const seen = await look()
      if (reached(seen.target)) return seen
      if (performance.now() > deadline) {
        throw new Error(`not ${what} in time, but ${seen.target.state}. The guest's console:\n${machine.consoleTail()}`)
      }
      await sleep(LOOK_EVERY_MS)
    }
  }
  if (during) {
    const { target } = await waitFor('running', ({ state }) => state === 'running' || isFinal(state))
    if (target.state !== 'running') throw new Error(`the capture is ${target.state} (${target.reason}): ${target.message}`)
    await during()
  }
  return await waitFor('ended', ({ state }) => isFinal(state))
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
