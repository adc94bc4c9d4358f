import { closeSync, constants, openSync, readlinkSync } from 'node:fs'

/** open(2): the place alone, without reading it. Not among Node's constants. */
const O_PATH = 0o10000000
/** Hosts run some hundreds of containers; beyond this many, the files of the others are looked for on the host, as without containers. */
const MAX_ROOTS = 512

/**
 * Where the files of processes in other mount namespaces (containers) are. A path that such a process has mapped means a file of its
 * own: the host may have another one at the same path, and names taken from that would be wrong without a sign of it. So the root
 * directory of each namespace is held open, and paths are handed on below it:
 *
 *   /usr/lib/libc.so.6 of a process in a container   →   /proc/AGENT/fd/17/usr/lib/libc.so.6
 *
 * That works for any reader on the host, and still does when the process is gone: the namespace itself is held, too, since what is
 * mapped often lies in a mount below the root, which would go with the namespace.
 */
export class MountRoots {
  /** By inode of the namespace, as in `mnt:[4026532178]`. */
  private readonly roots = new Map<string, { fds: number[]; prefix: string }>()
  /** Null: the process sees what the agent sees. */
  private readonly prefixes = new Map<number, string | null>()
  private readonly own = namespaceOf('self')
  /** Processes whose files were looked for on the host though they have a root of their own. */
  refused = 0

  /** What goes in front of a path that this process has mapped; null where it stays as it is. */
  prefixOf(pid: number): string | null {
    const known = this.prefixes.get(pid)
    if (known !== undefined) return known
    const prefix = this.look(pid)
    this.prefixes.set(pid, prefix)
    return prefix
  }

  /** A new process sees what its parent sees; it is asked again once it runs another program. */
  forked(pid: number, parentPid: number): void {
    const parent = this.prefixes.get(parentPid)
    if (parent === undefined) this.prefixes.delete(pid)
    else this.prefixes.set(pid, parent)
  }

  /** The process runs another program now: a container's first process enters its namespace before that. */
  executed(pid: number): void {
    const before = this.prefixes.get(pid)
    const now = this.look(pid)
    // Gone already: it was where its parent is, as far as anyone can tell.
    if (now !== null || namespaceOf(pid) !== null || before === undefined) this.prefixes.set(pid, now)
  }

  exited(pid: number): void {
    this.prefixes.delete(pid)
  }

  close(): void {
    for (const { fds } of this.roots.values()) for (const fd of fds) closeSync(fd)
    this.roots.clear()
    this.prefixes.clear()
  }

  private look(pid: number): string | null {
    const namespace = namespaceOf(pid)
    if (namespace === null || this.own === null || namespace === this.own) return null
    const known = this.roots.get(namespace)
    if (known !== undefined) return known.prefix
    if (this.roots.size >= MAX_ROOTS) {
      this.refused++
      return null
    }
    const fds: number[] = []
    try {
      fds.push(openSync(`/proc/${pid}/ns/mnt`, constants.O_RDONLY))
      const fd = openSync(`/proc/${pid}/root`, O_PATH | constants.O_DIRECTORY)
      fds.push(fd)
      const root = { fds, prefix: `/proc/${process.pid}/fd/${fd}` }
      this.roots.set(namespace, root)
      return root.prefix
    } catch {
      for (const fd of fds) closeSync(fd)
      return null
    }
  }
}

/** Null where the process is gone. */
function namespaceOf(pid: number | 'self'): string | null {
  try {
    return readlinkSync(`/proc/${pid}/ns/mnt`)
  } catch {
    return null
  }
}
