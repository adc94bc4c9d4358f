import { close, read } from 'node:fs'
import { readlink, stat } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { type HostBuild, type HostBuilds, MAX_HOST_BUILDS } from '@sonde/contract'
import { BinaryRefusal } from '../discovery/binary-refusal.ts'
import { openKernelLink } from '../discovery/open-in-root.ts'
import { BUILD_ID_WITHIN_BYTES, readBuildId } from '../discovery/read-build-id.ts'
import { listPids } from './list-processes.ts'
import { parseProcessCgroup } from './process-cgroups.ts'
import { readText } from './read-text.ts'

const readFd = promisify(read)
const closeFd = promisify(close)

/** Files that are opened at one look, at most: whoever makes new programs all the time does not make the agent busy. */
const MAX_NEW_FILES = 64
/** Files that are remembered. */
const MAX_KNOWN_FILES = 5_000
/** Kernel threads have no program; every so many looks they are asked again, since a pid is given away anew. */
const ASK_ALL_AGAIN = 10
/** Looks that a build must be seen at, so that what runs for a moment is none of it. */
const SEEN_LOOKS = 2
/** The JSON of a report stays below this, whatever is in the paths: a heartbeat has a limit. */
const MAX_REPORT_BYTES = 64 * 1024
/** Sonde's own helper, and the tools that a capture runs. */
const OWN_PROGRAMS = /^(sonde.*|perf|bpftrace)$/

type Program = { file: string; name: string; path: string; service: string | null }
type Running = HostBuild & { looks: number }

/**
 * Which builds of programs run on this host: the main executable of each process, by the build id in it. A look costs a `stat` for each
 * process; a file is opened once, by the kernel's own link (`/proc/PID/exe`), so that no path of a container is followed, and only its
 * beginning is read. Looks go from process to process one after the other, without blocking: a file system that never answers keeps one
 * thread waiting and the looks from going on, and nothing else.
 */
export class BuildWatch {
  /** Identity of a file → its build id; null: it has none. */
  readonly #files = new Map<string, string | null>()
  #programs = new Map<number, Program>()
  #withoutProgram = new Set<number>()
  #running = new Map<string, Running>()
  #looks = 0
  #incomplete = true

  /** Looks at all processes once. Throws where /proc itself cannot be read. */
  async look(): Promise<void> {
    if (++this.#looks % ASK_ALL_AGAIN === 0) this.#withoutProgram.clear()
    if (this.#files.size > MAX_KNOWN_FILES) this.#files.clear()
    const programs = new Map<number, Program>()
    const withoutProgram = new Set<number>()
    const running = new Map<string, Running>()
    let opened = 0
    this.#incomplete = false
    for (const pid of await listPids()) {
      if (pid === process.pid) continue
      const program = this.#withoutProgram.has(pid) ? null : await this.#programOf(pid)
      if (program === null) {
        withoutProgram.add(pid)
        continue
      }
      programs.set(pid, program)
      if (OWN_PROGRAMS.test(program.name)) continue
      let buildId = this.#files.get(program.file)
      if (buildId === undefined) {
        if (opened++ >= MAX_NEW_FILES) {
          this.#incomplete = true
          continue
        }
        const read = await readProgram(pid)
        // The process may run another program by now: what was read is of that one, and this one is asked for at the next look.
        if (read === null || read.file !== program.file) continue
        buildId = read.buildId
        this.#files.set(program.file, buildId)
      }
      if (buildId !== null) this.#count(running, program, buildId)
    }
    this.#programs = programs
    this.#withoutProgram = withoutProgram
    this.#running = running
  }

  /** What has been running for at least two looks; null while not everything that runs has been looked at. */
  report(): HostBuilds | null {
    if (this.#incomplete || this.#looks < SEEN_LOOKS) return null
    const all = [...this.#running.values()].filter((build) => build.looks >= SEEN_LOOKS).sort(byName)
    const builds: HostBuild[] = []
    let bytes = 0
    for (const { looks: _, ...build } of all) {
      bytes += JSON.stringify(build).length
      if (builds.length >= MAX_HOST_BUILDS || bytes > MAX_REPORT_BYTES) break
      builds.push(build)
    }
    return { builds, left: all.length - builds.length }
  }

  async #programOf(pid: number): Promise<Program | null> {
    const link = `/proc/${pid}/exe`
    const stats = await stat(link).catch(() => null)
    if (stats === null) return null
    const file = identityOf(stats.dev, stats.ino, Math.max(stats.mtimeMs, stats.ctimeMs), stats.size)
    const known = this.#programs.get(pid)
    if (known?.file === file) return known
    const target = await readlink(link).catch(() => null)
    if (target === null) return null
    const shown = target.replace(/ \(deleted\)$/, '')
    return {
      file,
      name: path.basename(shown).slice(0, 64),
      path: shown.slice(0, 300),
      service: serviceOf(await readText(`/proc/${pid}/cgroup`)),
    }
  }

  #count(running: Map<string, Running>, { name, path: shown, service }: Program, buildId: string): void {
    const key = `${name}\0${shown}\0${buildId}`
    const counted = running.get(key)
    if (counted !== undefined) {
      counted.processes++
      return
    }
    const before = this.#running.get(key)
    running.set(key, {
      name,
      path: shown,
      buildId,
      service,
      processes: 1,
      sinceMs: before?.sinceMs ?? Date.now(),
      looks: (before?.looks ?? 0) + 1,
    })
  }
}

/** The program of a process: which file it is, and its build id. Null where it cannot be opened. */
async function readProgram(pid: number): Promise<{ file: string; buildId: string | null } | null> {
  try {
    const { fd, device, inode, changedMs, sizeBytes } = await openKernelLink(`/proc/${pid}/exe`, 'the program')
    try {
      const beginning = Buffer.alloc(Math.min(sizeBytes, BUILD_ID_WITHIN_BYTES))
      const { bytesRead } = await readFd(fd, beginning, 0, beginning.length, 0)
      return { file: identityOf(device, inode, changedMs, sizeBytes), buildId: readBuildId(beginning.subarray(0, bytesRead)) }
    } finally {
      await closeFd(fd)
    }
  } catch (error) {
    if (error instanceof BinaryRefusal) return null
    throw error
  }
}

/** A file that was replaced, or written over, has another one. */
const identityOf = (device: number, inode: number, changedMs: number, sizeBytes: number): string =>
  `${device}:${inode}:${changedMs}:${sizeBytes}`

/** `checkout` of `/system.slice/checkout@2.service`; null where no service of systemd is the innermost. */
export function serviceOf(cgroupText: string): string | null {
  const part = parseProcessCgroup(cgroupText)
    .split('/')
    .findLast((name) => name.endsWith('.service') && !name.startsWith('user@'))
  return part === undefined ? null : part.replace(/(@[^/]*)?\.service$/, '').slice(0, 100) || null
}

const byName = (a: HostBuild, b: HostBuild): number => {
  const [left, right] = [`${a.name}\0${a.path}\0${a.buildId}`, `${b.name}\0${b.path}\0${b.buildId}`]
  return left < right ? -1 : left > right ? 1 : 0
}
