import { readFileSync } from 'node:fs'

/** Longer paths are no service's or container's name. */
const MAX_PATH = 4096
/** Processes that are remembered, at most: a host that starts hundreds a second must not fill the agent's memory. */
const MAX_KNOWN = 50_000

/**
 * In which cgroup each process is: asked of /proc when it is first asked for and remembered, so that it is still known when the process
 * has ended. One that ended before is taken for where it began, which is where its parent was.
 */
export class ProcessCgroups {
  private readonly known = new Map<number, string>()
  private readonly begunIn = new Map<number, string>()
  private readonly read: (pid: number) => string

  constructor(read: (pid: number) => string = readCgroup) {
    this.read = read
  }

  /** '' for one that has ended before, or that nobody may look at. */
  of(pid: number): string {
    const known = this.known.get(pid)
    if (known !== undefined) return known
    if (this.known.size >= MAX_KNOWN) this.known.clear()
    const path = pid > 0 ? this.read(pid) || (this.begunIn.get(pid) ?? '') : ''
    this.known.set(pid, path)
    return path
  }

  /** A new process has this pid now. */
  forked(pid: number, parentPid: number): void {
    if (this.begunIn.size >= MAX_KNOWN) this.begunIn.clear()
    this.begunIn.set(pid, this.known.get(parentPid) ?? this.begunIn.get(parentPid) ?? '')
    this.known.delete(pid)
  }

  /** What starts services and containers moves a process between fork and exec: it is looked up again. */
  executed(pid: number): void {
    this.known.delete(pid)
  }
}

function readCgroup(pid: number): string {
  try {
    return parseProcessCgroup(readFileSync(`/proc/${pid}/cgroup`, 'utf8'))
  } catch {
    return ''
  }
}

/** Hierarchies of cgroup v1 that tell services and containers apart, best first. */
const V1_BY_RANK = ['memory', 'cpu', 'name=systemd']

/**
 * The path in /proc/PID/cgroup (cgroups(7)), lines of `ID:CONTROLLERS:PATH`: that of v2 (`0::PATH`); where v2 has everything in its
 * root, as on hosts whose controllers are with v1, that of a v1 hierarchy. '' where there is none.
 */
export function parseProcessCgroup(text: string): string {
  const paths = new Map<string, string>()
  for (const line of text.split('\n')) {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? []
    if (controllers === undefined || path === undefined || path.length > MAX_PATH) continue
    for (const controller of controllers === '' ? [''] : controllers.split(',')) paths.set(controller, path.replace(/ \(deleted\)$/, ''))
  }
  const unified = paths.get('')
  if (unified !== undefined && unified !== '/') return unified
  return (
    V1_BY_RANK.map((controller) => paths.get(controller)).find((path) => path !== undefined && path !== '/') ??
    unified ??
    [...paths.values()][0] ??
    ''
  )
}
