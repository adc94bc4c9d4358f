import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { type CaptureSpec, type CaptureSyscalls, type CaptureView, isFinal, type TargetView } from '@sonde/contract'
import { getCapture, readProfile, readSyscalls, startCapture } from '@sonde/domain'
import { decodeProfile, type Profile } from '@sonde/profile'
import type { Lab } from './lab.ts'

/** Emulation stretches everything but the recording itself: compiling, attaching, naming addresses. */
const PATIENCE_MS = 120_000
const LOOK_EVERY_MS = 100

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

export async function profileOf(lab: Lab, { id }: Recorded): Promise<Profile> {
  const { gzip } = await readProfile(lab.actor, lab.app, { id })
  return decodeProfile(await promisify(gunzip)(gzip))
}

export async function syscallsOf(lab: Lab, { id }: Recorded): Promise<CaptureSyscalls['hosts'][number]['snapshot']> {
  const { hosts } = await readSyscalls(lab.actor, lab.app, { id })
  const snapshot = hosts[0]?.snapshot
  if (!snapshot) throw new Error('the capture has no system calls')
  return snapshot
}
