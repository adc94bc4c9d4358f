import { readdir, realpath, stat } from 'node:fs/promises'
import type { CaptureFilter, CaptureSpec } from '@sonde/contract'
import type { ResolvedScope } from '../capture-plan.ts'
import { TraceRefusal } from '../trace-errors.ts'
import { cgroupMounts } from './cgroup-mount.ts'
import { listPids, readProcStat } from './list-processes.ts'
import { readText } from './read-text.ts'

const MAX_PROCESSES = 500
const MAX_CGROUPS = 256
/** perf opens one descriptor per thread and CPU; beyond this many it samples the host and we filter. */
const MAX_PERF_DESCRIPTORS = 4_000
const CPU_COUNT_MIN = 1

/** Finds out what a spec's filters mean on this host now. @throws TraceRefusal no-process, capability-missing */
export async function resolveScope({ filter, uid, cpus }: Pick<CaptureSpec, 'filter' | 'uid' | 'cpus'>): Promise<ResolvedScope> {
  const resolved = await resolveProcesses(filter)
  return { ...resolved, scope: { ...resolved.scope, uid, cpus } }
}

async function resolveProcesses(filter: CaptureFilter | undefined): Promise<ResolvedScope> {
  if (filter === undefined) return { scope: { kind: 'host' }, matchedProcesses: null, perfOnlyPids: null, notes: [] }
  switch (filter.kind) {
    case 'pid':
      return processes([await leaderOf(filter.pid)], [])
    case 'process': {
      const pids = await pidsNamed(filter.name)
      if (pids.length === 0) throw new TraceRefusal('no-process', `No process on this host is called "${filter.name}".`)
      const notes =
        pids.length > MAX_PROCESSES
          ? [`${pids.length} processes are called "${filter.name}"; the first ${MAX_PROCESSES} were recorded.`]
          : []
      return processes(pids.slice(0, MAX_PROCESSES), notes)
    }
    case 'cgroup':
      return cgroup(filter.path)
    case 'container':
      throw new TraceRefusal('capability-missing', 'This agent does not look containers up yet.')
  }
}

/** The process that a pid or thread id belongs to. */
async function leaderOf(pid: number): Promise<number> {
  const leader = /^Tgid:\s+(\d+)/m.exec(await readText(`/proc/${pid}/status`))?.[1]
  if (leader === undefined) throw new TraceRefusal('no-process', `There is no process ${pid} on this host.`)
  return Number(leader)
}

async function pidsNamed(name: string): Promise<number[]> {
  const stats = await Promise.all((await listPids()).map(readProcStat))
  return stats.flatMap((process) => (process !== null && process.comm === name ? [process.pid] : [])).sort((a, b) => a - b)
}

async function processes(pids: number[], notes: string[]): Promise<ResolvedScope> {
  const threads = await Promise.all(pids.map(threadCount))
  const descriptors = threads.reduce((sum, count) => sum + count, 0) * (await cpuCount())
  const perfOnlyPids = descriptors > MAX_PERF_DESCRIPTORS ? pids : null
  return { scope: { kind: 'processes', pids }, matchedProcesses: pids.length, perfOnlyPids, notes }
}

async function cgroup(path: string): Promise<ResolvedScope> {
  const mounts = await cgroupMounts()
  if (mounts.v2 === null) throw new TraceRefusal('capability-missing', 'cgroup v2 is not mounted on this host.')
  const root = await realpath(mounts.v2)
  const directory = `${root}${path}`
  // The path's form was checked already; this makes sure that it names a real directory and is not reached through a link.
  const real = await realpath(directory).catch(() => null)
  if (real === null || real !== directory || !(await stat(real)).isDirectory()) {
    throw new TraceRefusal('no-process', `There is no cgroup ${path} on this host.`)
  }
  const directories = await subdirectories(real)
  const kept = directories.slice(0, MAX_CGROUPS)
  const ids = await Promise.all(kept.map(async (folder) => Number((await stat(folder, { bigint: true })).ino)))
  const lists = await Promise.all(directories.map((folder) => readText(`${folder}/cgroup.procs`)))
  const pids = [...new Set(lists.flatMap((list) => list.split('\n').filter(Boolean).map(Number)))].filter((pid) => pid > 0)
  if (pids.length === 0) throw new TraceRefusal('no-process', `The cgroup ${path} holds no process.`)
  const notes = ['System calls in cgroups made after the capture began are not recorded.']
  if (directories.length > kept.length)
    notes.push(`Only ${MAX_CGROUPS} of ${directories.length} cgroups below ${path} were recorded for system calls.`)
  if (mounts.perfEventIsV1) notes.push('Stacks are of the processes that were in the cgroup when the capture began, and of their children.')
  return {
    scope: { kind: 'cgroup', path, directory: real, ids, processCount: pids.length },
    matchedProcesses: pids.length,
    perfOnlyPids: mounts.perfEventIsV1 ? pids : null,
    notes,
  }
}

/** The directory and all below it, outermost first. Those that vanish meanwhile are left out. */
async function subdirectories(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => [])
  const below = await Promise.all(
    entries.filter((entry) => entry.isDirectory()).map((entry) => subdirectories(`${directory}/${entry.name}`)),
  )
  return [directory, ...below.flat()]
}

async function threadCount(pid: number): Promise<number> {
  return (await readdir(`/proc/${pid}/task`).catch(() => [])).length
}

async function cpuCount(): Promise<number> {
  return Math.max(CPU_COUNT_MIN, ((await readText('/proc/stat')).match(/^cpu\d+ /gm) ?? []).length)
}
