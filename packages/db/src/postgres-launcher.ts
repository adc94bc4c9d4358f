import { type ChildProcess, execFileSync, type SpawnOptions, spawn } from 'node:child_process'
import { chownSync, cpSync, existsSync } from 'node:fs'
import path from 'node:path'

/** Starts Postgres' tools as somebody they accept: they refuse to run as root. */
export type Launcher = {
  mode: 'plain' | 'userns' | 'setuid'
  spawn: (tool: 'postgres' | 'initdb', args: string[], options: SpawnOptions) => ChildProcess
  /** Gives a file made by us to whoever the tools run as. */
  own: (file: string) => void
}

/**
 * - plain: not root, nothing to do.
 * - userns: a user namespace that maps root alone to another uid. The tools see a normal user while the kernel still checks
 *   files as root: nothing to chown, and it works below /root.
 * - setuid: where user namespaces are refused: the binaries are copied into `dir` and run as `postgres` or `nobody`.
 *   Needs every folder above `dir` to be passable for that user.
 */
export async function chooseLauncher(native: string, dir: string, asRoot?: 'userns' | 'setuid'): Promise<Launcher> {
  const bin = (root: string, tool: string) => path.join(root, 'bin', tool)
  if (process.getuid?.() !== 0) {
    return { mode: 'plain', spawn: (tool, args, options) => spawn(bin(native, tool), args, options), own: () => {} }
  }
  if ((asRoot ?? (canUnshare() ? 'userns' : 'setuid')) === 'userns') {
    return {
      mode: 'userns',
      // unshare execs the tool: the child's pid is the tool's own
      spawn: (tool, args, options) => spawn('unshare', [...UNSHARE, bin(native, tool), ...args], options),
      own: () => {},
    }
  }
  const uid = idOf('-u', 'postgres') ?? 65_534
  const gid = idOf('-g', 'postgres') ?? 65_534
  const copy = path.join(dir, 'bin')
  if (!existsSync(copy)) cpSync(native, copy, { recursive: true, verbatimSymlinks: true })
  chownSync(dir, uid, gid)
  return {
    mode: 'setuid',
    spawn: (tool, args, options) => spawn(bin(copy, tool), args, { ...options, uid, gid, cwd: dir }),
    own: (file) => chownSync(file, uid, gid),
  }
}

const UNSHARE = ['--user', '--map-user=1000', '--map-group=1000', '--']

function canUnshare(): boolean {
  try {
    execFileSync('unshare', [...UNSHARE, 'true'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

function idOf(flag: '-u' | '-g', user: string): number | null {
  try {
    return Number(execFileSync('id', [flag, user], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))
  } catch {
    return null
  }
}
