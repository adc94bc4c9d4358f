import { close } from 'node:fs'
import { readFile, readlink } from 'node:fs/promises'
import { arch } from 'node:os'
import { promisify } from 'node:util'
import type { BinaryRef } from '@sonde/contract'
import { listPids, readProcStat } from '../host/list-processes.ts'
import { BinaryRefusal } from './binary-refusal.ts'
import { fileSource } from './elf/byte-source.ts'
import { ElfError } from './elf/elf-error.ts'
import { ElfFile } from './elf/elf-file.ts'
import { libraryPaths } from './find-library.ts'
import { type OpenedFile, openInRoot, openKernelLink } from './open-in-root.ts'
import { isFileOfLibrary, parseMappedFiles } from './process-maps.ts'

const closeFd = promisify(close)

/** One file that a reference stands for, held open. The receiver closes `fd`. */
export type ResolvedBinary = OpenedFile & {
  /** As the process sees it; of a file of the host its own path. */
  shownPath: string
  /** The same as seen from the agent's mount namespace: `/proc/PID/root/…` for a process in another one. */
  hostPath: string
  /** Lower-case hex; null where the linker gave it none. */
  buildId: string | null
  /** Mount namespace that `shownPath` belongs to, as in `mnt:[4026531841]`; null for a file of the host. */
  mountNamespace: string | null
  /** Processes that it was found through; empty for a file of the host. */
  pids: number[]
}

/** A process that many workers run in is looked at this often at most. */
const MAX_PROCESSES = 2_000
const MAX_FILES = 16

/**
 * The files that a reference stands for, each once and open for reading: one, or for a process name as many as its processes run
 * different files; the one of the most processes first. Every file is a regular ELF file.
 *
 * @throws BinaryRefusal where there is none, or it is not to be opened; nothing stays open then.
 */
export async function resolveBinary(ref: BinaryRef): Promise<ResolvedBinary[]> {
  switch (ref.of) {
    case 'path':
      // Links there are the kernel's own; by their text they would lead to a file of the host instead of the container's.
      if (/^\/+proc\//.test(ref.path))
        throw new BinaryRefusal(
          'refused',
          `${ref.path} lies below /proc, whose links mean another file from here: name the process instead.`,
        )
      return [await finish(await openInRoot('/', ref.path), { shownPath: ref.path, hostPath: ref.path, mountNamespace: null, pids: [] })]
    case 'library':
      return [await resolveHostLibrary(ref.name)]
    case 'pid':
      return [await resolveOfProcess(ref.pid, ref.library)]
    case 'process':
      return await resolveOfProcesses(ref.name, ref.library)
  }
}

async function resolveHostLibrary(name: string): Promise<ResolvedBinary> {
  for (const path of await libraryPaths(name, arch() === 'arm64' ? 'arm64' : 'x64')) {
    const opened = await openInRoot('/', path).catch((error) => {
      if (error instanceof BinaryRefusal && error.kind === 'missing') return null
      throw error
    })
    if (opened !== null) return await finish(opened, { shownPath: path, hostPath: path, mountNamespace: null, pids: [] })
  }
  throw new BinaryRefusal('missing', `The dynamic linker of this host knows no library ${name}.`)
}

async function resolveOfProcesses(name: string, library: string | undefined): Promise<ResolvedBinary[]> {
  const byFile = new Map<string, ResolvedBinary>()
  let matched = 0
  let lastRefusal: BinaryRefusal | null = null
  for (const pid of await listPids()) {
    if ((await readProcStat(pid))?.comm !== name) continue
    if (++matched > MAX_PROCESSES) break
    try {
      const binary = await resolveOfProcess(pid, library)
      const key = `${binary.device}:${binary.inode}`
      const known = byFile.get(key)
      known?.pids.push(pid)
      if (known !== undefined || byFile.size >= MAX_FILES) await closeFd(binary.fd)
      else byFile.set(key, binary)
    } catch (error) {
      // A process that ended meanwhile, or one of many that does not use the library.
      if (!(error instanceof BinaryRefusal)) throw error
      lastRefusal = error
    }
  }
  if (byFile.size > 0) return [...byFile.values()].sort((a, b) => b.pids.length - a.pids.length)
  if (matched === 0) throw new BinaryRefusal('missing', `No process is called ${name}.`)
  throw lastRefusal ?? new BinaryRefusal('missing', `No process called ${name} could be looked at.`)
}

async function resolveOfProcess(pid: number, library: string | undefined): Promise<ResolvedBinary> {
  const before = await readProcStat(pid)
  if (before === null) throw new BinaryRefusal('missing', `There is no process ${pid}.`)
  const mountNamespace = await readlink(`/proc/${pid}/ns/mnt`).catch(() => null)
  const { opened, path } = library === undefined ? await openExecutable(pid) : await openMapped(pid, library)
  // Another process may have got the number meanwhile.
  if ((await readProcStat(pid))?.startTicks !== before.startTicks) {
    await closeFd(opened.fd)
    throw new BinaryRefusal('missing', `Process ${pid} ended while it was looked at.`)
  }
  const isOurs = mountNamespace !== null && mountNamespace === (await readlink('/proc/self/ns/mnt').catch(() => ''))
  return await finish(opened, { shownPath: path, hostPath: isOurs ? path : `/proc/${pid}/root${path}`, mountNamespace, pids: [pid] })
}

async function openExecutable(pid: number): Promise<{ opened: OpenedFile; path: string }> {
  const target = await readlink(`/proc/${pid}/exe`).catch(() => null)
  if (target === null) throw new BinaryRefusal('missing', `Process ${pid} has no executable: it is a kernel thread, or it has ended.`)
  const path = target.replace(/ \(deleted\)$/, '')
  return { opened: await openKernelLink(`/proc/${pid}/exe`, path), path }
}

/** By file name first; then by the name in the file, since `libc.so.6` may be the file `libc-2.31.so`. */
async function openMapped(pid: number, library: string): Promise<{ opened: OpenedFile; path: string }> {
  const files = parseMappedFiles(await readFile(`/proc/${pid}/maps`, 'utf8').catch(() => ''))
  const named = files.find((file) => isFileOfLibrary(file.path, library))
  for (const file of named === undefined ? files : [named]) {
    const opened = await openKernelLink(`/proc/${pid}/map_files/${file.range}`, file.path).catch(async (error) => {
      if (named !== undefined && !(error instanceof BinaryRefusal && error.kind === 'refused')) throw error
      // The links need CAP_SYS_ADMIN or CAP_CHECKPOINT_RESTORE; the path will do, if it still leads to the same file.
      return await openSame(`/proc/${pid}/root`, file)
    })
    if (opened === null) continue
    if (named !== undefined || sonameOf(opened.fd) === library) return { opened, path: file.path }
    await closeFd(opened.fd)
  }
  throw new BinaryRefusal('missing', `Process ${pid} has no library ${library} loaded.`)
}

async function openSame(root: string, file: { path: string; inode: number }): Promise<OpenedFile | null> {
  const opened = await openInRoot(root, file.path).catch(() => null)
  if (opened === null || opened.inode === file.inode) return opened
  await closeFd(opened.fd)
  return null
}

function sonameOf(fd: number): string | null {
  try {
    return new ElfFile(fileSource(fd)).soname
  } catch (error) {
    if (error instanceof ElfError) return null
    throw error
  }
}

async function finish(
  opened: OpenedFile,
  found: Pick<ResolvedBinary, 'shownPath' | 'hostPath' | 'mountNamespace' | 'pids'>,
): Promise<ResolvedBinary> {
  try {
    return { ...opened, ...found, buildId: new ElfFile(fileSource(opened.fd)).buildId }
  } catch (error) {
    await closeFd(opened.fd)
    if (error instanceof ElfError)
      throw new BinaryRefusal('refused', `${found.shownPath} is not a program or library for this machine: ${error.message}.`)
    throw error
  }
}
