import { close, constants, fstat, open, readlink, type Stats } from 'node:fs'
import { promisify } from 'node:util'
import { BinaryRefusal } from './binary-refusal.ts'

// Descriptors as plain numbers: they are handed to child processes and named in /proc/PID/fd paths, and outlive what opened them.
const openFd = promisify(open)
const statFd = promisify(fstat)
const closeFd = promisify(close)
const readLink = promisify(readlink)

/** Names a file without opening it: no driver is woken, no FIFO waits, permissions do not matter. The same on every architecture (open(2)). */
const O_PATH = 0o10000000
const MAX_LINKS = 40
const MAX_PARTS = 512
/** Larger than any program with debug information. */
const MAX_FILE_BYTES = 8 * 1024 ** 3

/** An open regular file. `close` it. */
export type OpenedFile = { fd: number; device: number; inode: number; sizeBytes: number; changedMs: number }

/**
 * Opens a regular file for reading by a path as a process sees it whose root folder is `root` (`/proc/PID/root`, or `/`). Whoever owns
 * that tree may be hostile and may change it meanwhile, so every step is made from the folder that is already open, and symbolic links
 * are followed here, by their text: `..` and absolute targets never leave the root. (The kernel's own openat2 with RESOLVE_IN_ROOT
 * cannot be called from Node.) What is no regular file is refused before it is opened.
 *
 * Throws BinaryRefusal.
 */
export async function openInRoot(root: string, path: string): Promise<OpenedFile> {
  const folders = [await openPath(root, constants.O_DIRECTORY, root)]
  try {
    const parts = path.split('/')
    let links = 0
    for (let steps = 0; parts.length > 0; steps++) {
      if (steps > MAX_PARTS) throw new BinaryRefusal('refused', `${path} has too many parts.`)
      const part = parts.shift() ?? ''
      if (part === '' || part === '.') continue
      if (part === '..') {
        if (folders.length > 1) await closeFd(folders.pop() ?? -1)
        continue
      }
      const here = `/proc/self/fd/${folders.at(-1)}/${part}`
      const fd = await openPath(here, constants.O_NOFOLLOW, path)
      const stats = await statFd(fd)
      if (stats.isDirectory()) {
        folders.push(fd)
        continue
      }
      if (stats.isSymbolicLink()) {
        await closeFd(fd)
        if (++links > MAX_LINKS) throw new BinaryRefusal('refused', `${path} goes through too many symbolic links.`)
        // Another link may stand here by now: then that one is followed, by the same rules.
        const target = await readLink(here).catch(() => null)
        if (target === null) throw new BinaryRefusal('refused', `${path} changed while it was opened.`)
        parts.unshift(...target.split('/'))
        if (target.startsWith('/')) for (const folder of folders.splice(1)) await closeFd(folder)
        continue
      }
      if (parts.some((rest) => rest !== '' && rest !== '.')) {
        await closeFd(fd)
        throw new BinaryRefusal('missing', `${path}: a part of it is no folder.`)
      }
      return await reopenForReading(fd, path)
    }
    throw new BinaryRefusal('refused', `${path} is a folder.`)
  } finally {
    for (const folder of folders) await closeFd(folder)
  }
}

/** Opens what one of the kernel's own links (`/proc/PID/exe`, `/proc/PID/map_files/…`) stands for: that very file, whatever its path is now. */
export async function openKernelLink(link: string, shown: string): Promise<OpenedFile> {
  return await reopenForReading(await openPath(link, 0, shown), shown)
}

/** `fd` names the file already: opening it again through it cannot hit another one. Closes `fd`. */
async function reopenForReading(fd: number, shown: string): Promise<OpenedFile> {
  try {
    checkFile(await statFd(fd), shown)
    // A regular file never blocks at open, but for leases: O_NONBLOCK gives up there.
    const opened = await openFd(`/proc/self/fd/${fd}`, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY).catch((error) => {
      throw refusalOf(error, shown)
    })
    const stats = await statFd(opened)
    return { fd: opened, device: stats.dev, inode: stats.ino, sizeBytes: stats.size, changedMs: Math.max(stats.mtimeMs, stats.ctimeMs) }
  } finally {
    await closeFd(fd)
  }
}

function checkFile(stats: Stats, shown: string): void {
  if (!stats.isFile()) throw new BinaryRefusal('refused', `${shown} is no regular file.`)
  if (stats.size > MAX_FILE_BYTES) throw new BinaryRefusal('refused', `${shown} is larger than ${MAX_FILE_BYTES / 1024 ** 3} GiB.`)
}

async function openPath(path: string, flags: number, shown: string): Promise<number> {
  try {
    return await openFd(path, O_PATH | flags)
  } catch (error) {
    throw refusalOf(error, shown)
  }
}

function refusalOf(error: unknown, shown: string): BinaryRefusal {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ESRCH') return new BinaryRefusal('missing', `There is no file ${shown}.`)
  if (code === 'ENAMETOOLONG') return new BinaryRefusal('refused', 'The path is too long.')
  return new BinaryRefusal('refused', `${shown} cannot be opened (${code || 'unknown error'}).`)
}
