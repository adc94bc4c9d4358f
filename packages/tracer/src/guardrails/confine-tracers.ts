import { access, mkdir, readFile, writeFile } from 'node:fs/promises'
import { setPriority } from 'node:os'
import path from 'node:path'
import { cgroupMounts } from '../host/cgroup-mount.ts'
import type { Budget } from './policy.ts'

/** Where the tools run: in a cgroup of their own with the budget as its limits, or, with the reason, not. */
export type Confinement = { cgroup: string; problem: null } | { cgroup: null; problem: string }

const NAME = 'sonde-tracers'
/** cpu.max of the kernel: so much of each period, µs. */
const CPU_PERIOD_US = 100_000
/** Killed before anything else when the host runs out of memory (-1000 … 1000). */
const OOM_SCORE_ADJ = 900
/** Behind the host's own work, but not last: a tool that is starved loses what it should record. */
const NICE = 5

/**
 * Makes the cgroup `sonde-tracers` of cgroup v2 with the budget's memory and, as a hard stop far above the brake, twice its cores. An agent
 * in a container, a host with cgroup v1 or a read-only mount cannot: the brake alone has to do then. Never throws.
 */
export async function makeTracerCgroup(budget: Budget): Promise<Confinement> {
  const { v2 } = await cgroupMounts()
  if (v2 === null) return none('cgroup v2 is not mounted on this host')
  const folder = path.join(v2, NAME)
  try {
    const available = (await readFile(path.join(v2, 'cgroup.controllers'), 'utf8')).trim().split(' ')
    const missing = ['cpu', 'memory'].filter((controller) => !available.includes(controller))
    if (missing.length > 0) return none(`the controllers ${missing.join(' and ')} are not with cgroup v2 on this host`)
    await writeFile(path.join(v2, 'cgroup.subtree_control'), '+cpu +memory')
    await mkdir(folder).catch((error: unknown) => access(folder).catch(() => Promise.reject(error)))
    await writeFile(path.join(folder, 'memory.max'), String(Math.floor(budget.memoryBytes)))
    await writeFile(path.join(folder, 'cpu.max'), `${Math.round(budget.cores * 2 * CPU_PERIOD_US)} ${CPU_PERIOD_US}`)
    return { cgroup: folder, problem: null }
  } catch (error) {
    return none(error instanceof Error ? error.message : String(error))
  }
}

const none = (problem: string): Confinement => ({ cgroup: null, problem: problem.slice(0, 300) })

/** Puts the tools into their cgroup, behind the host's own work, and first in line when memory runs out. Each pid once. Never throws. */
export class TracerConfiner {
  readonly #cgroup: string | null
  readonly #done = new Set<number>()

  constructor(confinement: Confinement) {
    this.#cgroup = confinement.cgroup
  }

  confine(pids: readonly number[]): void {
    for (const pid of pids) {
      if (this.#done.has(pid)) continue
      this.#done.add(pid)
      // A tool that is gone meanwhile needs none of this.
      if (this.#cgroup !== null) writeFile(path.join(this.#cgroup, 'cgroup.procs'), String(pid)).catch(() => undefined)
      writeFile(`/proc/${pid}/oom_score_adj`, String(OOM_SCORE_ADJ)).catch(() => undefined)
      try {
        setPriority(pid, NICE)
      } catch {
        // Gone, or not ours to slow down.
      }
    }
  }
}
