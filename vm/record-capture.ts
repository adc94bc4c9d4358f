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
/** Longer captures are not tried. */
const LONGEST_MS = 60_000

/** An instrument as a person or a client writes it: what is left out has its default. */
export type InstrumentInput = CaptureSpecInput['instruments'][number]

export type Recorded = { id: string; view: CaptureView; target: TargetView }

/**
 * Starts a capture on the lab's host as a person would, does `during` once its probes are attached, and waits for its end. Where
 * `during` took so long that the recording may have ended before it, all is done again with twice the time, so that a slow machine
 * changes no result. Throws with the guest's console when the capture does not end, and with the target's own words when it ends
 * before it was attached.
 */
export async function recordCapture(lab: Lab, spec: CaptureSpec, during?: () => Promise<void>): Promise<Recorded> {
  if (!during) return await ended(lab, await started(lab, spec), spec)
  for (let durationMs = spec.durationMs; ; durationMs *= 2) {
    const longer = { ...spec, durationMs }
    const id = await started(lab, longer)
    const { target } = await waitFor(lab, id, spec, 'running', ({ state }) => state === 'running' || isFinal(state))
    if (target.state !== 'running') throw new Error(`the capture is ${target.state} (${target.reason}): ${target.message}`)
    const since = await uptimeMs(lab)
    await during()
    const tookMs = (await uptimeMs(lab)) - since
    const capture = await ended(lab, id, longer)
    if (tookMs < durationMs - MARGIN_MS || durationMs > LONGEST_MS) return capture
  }
}

async function started({ app, actor, hostId }: Lab, spec: CaptureSpec): Promise<string> {
  return (await startCapture(actor, app, { hostIds: [hostId], spec })).id
}

const ended = (lab: Lab, id: string, spec: CaptureSpec) => waitFor(lab, id, spec, 'ended', ({ state }) => isFinal(state))

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
