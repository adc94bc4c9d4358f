import type { CaptureView, Selection, TimeWindow } from '@sonde/contract'
import { type FunctionUnits, functionUnits, type Profile } from '@sonde/profile'
import type { App } from './app.ts'
import { mergedProfile, type ProfileKind } from './read-profile.ts'
import { readSyscallSlices } from './read-syscall-slices.ts'
import { type SyscallUnits, syscallUnits } from './syscall-units.ts'

/** Slices of time that a side's hosts are looked at in: enough to see how much they vary, few enough that each holds samples. */
export const SLICES = 24

/** One side of a comparison, read and narrowed to its selection: what the statistics are made of. */
export type ComparisonSide = {
  selection: Selection
  view: CaptureView
  /** Targets of the selected hosts. */
  targets: CaptureView['targets']
  /** Null where it has no samples. */
  profile: Profile | null
  profileKind: ProfileKind
  functions: FunctionUnits | null
  syscalls: SyscallUnits
  /** How long after the first host of the capture this one began, ms. */
  offsetMs: (hostId: string) => number
}

export function windowOf({ window }: Selection): TimeWindow | undefined {
  if (!window) return undefined
  const [from, to] = window.split('-')
  return { fromMs: Number(from), toMs: Number(to) }
}

export function keepHost({ host, rest, process }: Selection): (id: string) => boolean {
  const own = process ? process.split(':')[0] : ''
  return (id) => (host === '' || (id === host) !== rest) && (own === '' || own === id)
}

/** The pid of a selected process, and its host. */
export function processOf({ process }: Selection): { hostId: string; pid: number } | undefined {
  if (!process) return undefined
  const [hostId = '', pid] = process.split(':')
  return { hostId, pid: Number(pid) }
}

/** Reads the profile of a kind as far as the capture has any. */
export async function readSideProfile(app: App, captureId: string, kind: ProfileKind): Promise<Profile | null> {
  const { profile } = await mergedProfile(app, captureId, kind)
  return profile.samples.length > 0 ? profile : null
}

/** Narrows a capture to a selection. `profile`: of `profileKind`, the one that both sides are compared by. */
export async function readSide(
  app: App,
  selection: Selection,
  view: CaptureView,
  { profile, profileKind }: { profile: Profile | null; profileKind: ProfileKind },
): Promise<ComparisonSide> {
  const keep = keepHost(selection)
  const window = windowOf(selection)
  const process = processOf(selection)
  const starts = view.targets.flatMap((target) => (target.startedAt ? [target.startedAt.getTime()] : []))
  const firstMs = Math.min(...starts)
  const offsets = new Map(view.targets.map((target) => [target.hostId, target.startedAt ? target.startedAt.getTime() - firstMs : 0]))
  const offsetMs = (id: string) => offsets.get(id) ?? 0
  const merged = await readSyscallSlices(app, view.id)
  return {
    selection,
    view,
    targets: view.targets
      .filter((target) => keep(target.hostId))
      .map((target) => ({ ...target, recordedMs: target.recordedMs ?? recordedSoFar(target, view) })),
    profile,
    profileKind,
    functions:
      profile &&
      functionUnits(profile, {
        keepHost: keep,
        process,
        window: window && { fromUs: window.fromMs * 1_000, toUs: window.toMs * 1_000 },
        slices: SLICES,
      }),
    syscalls: syscallUnits(merged, { keepHost: keep, pid: process?.pid ?? null, window, offsetMs }),
    offsetMs,
  }
}

function recordedSoFar({ startedAt }: CaptureView['targets'][number], { spec, serverNow }: CaptureView): number | null {
  return startedAt && Math.min(spec.durationMs, Math.max(0, serverNow.getTime() - startedAt.getTime()))
}
