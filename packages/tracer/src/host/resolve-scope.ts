import { readdir, realpath, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type { CaptureFilter, CaptureSpec } from '@sonde/contract'
import type { ResolvedScope } from '../capture-plan.ts'
import { TraceRefusal } from '../trace-errors.ts'
import { type CgroupMounts, cgroupMounts } from './cgroup-mount.ts'
import { listPids, readProcStat } from './list-processes.ts'
import { readText } from './read-text.ts'

const MAX_PROCESSES = 500
const MAX_CGROUPS = 256
/** perf opens one descriptor per thread and CPU; beyond this many it samples the host and we filter. */
const MAX_PERF_DESCRIPTORS = 4_000
const CPU_COUNT_MIN = 1

/** Finds out what a spec's filters mean on this host now. @throws TraceRefusal no-process, capability-missing, bad-spec */
export async function resolveScope({ filter, uid, cpus }: Pick<CaptureSpec, 'filter' | 'uid' | 'cpus'>): Promise<ResolvedScope> {
  const resolved = await resolveProcesses(filter)
  const online = cpus === undefined ? undefined : await onlineCpus(cpus)
  const missing = cpus?.filter((cpu) => !online?.includes(cpu)) ?? []
  const notes = missing.length > 0 ? [`This host has no CPU ${missing.slice(0, 8).join(', ')}; the others were recorded.`] : []
  return { ...resolved, scope: { ...resolved.scope, uid, cpus: online }, notes: [...resolved.notes, ...notes] }
}

/** Those of the CPUs that are there and on. */
async function onlineCpus(wanted: readonly number[]): Promise<number[]> {
  const ranges = (await readText('/sys/devices/system/cpu/online')).trim().split(',')
  const isOnline = (cpu: number) =>
    ranges.some((range) => {
      const [first = Number.NaN, last = first] = range.split('-').map(Number)
      return cpu >= first && cpu <= last
    })
  const online = [...new Set(wanted)].filter(isOnline)
  if (online.length === 0) throw new TraceRefusal('bad-spec', `This host has none of the CPUs ${wanted.slice(0, 8).join(', ')}.`)
  return online
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
      return cgroup(await containerPath(filter.id))
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
  const tids = await threadsOf(pids)
  const descriptors = tids.length * (await cpuCount())
  const perfOnlyPids = descriptors > MAX_PERF_DESCRIPTORS ? pids : null
  return { scope: { kind: 'processes', pids, tids }, matchedProcesses: pids.length, perfOnlyPids, notes }
}

async function cgroup(path: string): Promise<ResolvedScope> {
  const { mounts, root } = await cgroupRoot()
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
  const notes = [
    'Of cgroups that were made after the capture began, what bpftrace counts is missing; stacks, and what sonde-bpf counts, are complete.',
  ]
  if (directories.length > kept.length)
    notes.push(`bpftrace counted in only ${MAX_CGROUPS} of ${directories.length} cgroups below ${path}.`)
  if (mounts.perfEventIsV1) notes.push('Stacks are of the processes that were in the cgroup when the capture began, and of their children.')
  return {
    scope: { kind: 'cgroup', path, directory: real, ids, processCount: pids.length, tids: await threadsOf(pids) },
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

/** What container runtimes put around a container's id in the name of its cgroup: `docker-ID.scope`, `cri-containerd-ID.scope`, `ID`. */
const CONTAINER_FOLDER = /^(?:[a-z][a-z0-9-]*[-:])?([0-9a-f]{12,64})(?:\.scope|\.service)?$/
/** Cgroups of the processes that watch over a container, not of the container. */
const MONITOR = /conmon/

/**
 * The cgroup of the container whose id begins so, as a path below the root: the outermost one that bears its name.
 * @throws TraceRefusal no-process, capability-missing
 */
async function containerPath(id: string): Promise<string> {
  const { root } = await cgroupRoot()
  const found = new Map<string, string>()
  for (const directory of await subdirectories(root)) {
    const name = basename(directory)
    const full = MONITOR.test(name) ? undefined : CONTAINER_FOLDER.exec(name)?.[1]
    if (full?.startsWith(id) && !found.has(full)) found.set(full, directory.slice(root.length))
  }
  const [first, second] = [...found]
  if (first === undefined) throw new TraceRefusal('no-process', `There is no container ${id} on this host.`)
  if (second !== undefined)
    throw new TraceRefusal(
      'no-process',
      `${found.size} containers of this host have ids that begin with ${id}: ${first[0]}, ${second[0]}. Give more of it.`,
    )
  return first[1]
}

async function cgroupRoot(): Promise<{ mounts: CgroupMounts; root: string }> {
  const mounts = await cgroupMounts()
  if (mounts.v2 === null) throw new TraceRefusal('capability-missing', 'cgroup v2 is not mounted on this host.')
  return { mounts, root: await realpath(mounts.v2) }
}

/** Thread ids of processes, leaders included. */
async function threadsOf(pids: readonly number[]): Promise<number[]> {
  const lists = await Promise.all(pids.map((pid) => readdir(`/proc/${pid}/task`).catch(() => [])))
  return lists.flat().map(Number)
}

async function cpuCount(): Promise<number> {
  return Math.max(CPU_COUNT_MIN, ((await readText('/proc/stat')).match(/^cpu\d+ /gm) ?? []).length)
}
