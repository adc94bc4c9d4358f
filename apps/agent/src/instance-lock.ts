import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { ConfigError } from './config-error.ts'
import { errorCode } from './durable-file.ts'
import { pause } from './pause.ts'

const lockSchema = z.object({ pid: z.number().int().positive(), startTicks: z.string().nullable(), bootId: z.string().nullable() })
type LockOwner = z.infer<typeof lockSchema>

/** One agent per state folder. */
export type InstanceLock = { release(): Promise<void> }

/**
 * Takes `agent.lock` in the state folder. The file names its owner by pid, start time and boot, so that a pid that was given to
 * another process after a crash or a reboot does not look like a running agent. Throws a ConfigError when one runs.
 */
export async function takeInstanceLock(stateDir: string): Promise<InstanceLock> {
  const file = path.join(stateDir, 'agent.lock')
  const mine = JSON.stringify(await describeOwner(process.pid))
  // Content first, name second: a lock file that others can see is never empty.
  const draft = `${file}.${process.pid}.tmp`
  try {
    for (let attempt = 0; attempt < 20; attempt++) {
      await writeFile(draft, mine, { mode: 0o600 })
      try {
        await link(draft, file)
      } catch (error) {
        if (errorCode(error) !== 'EEXIST') throw error
        const text = await readFile(file, 'utf8').catch(() => null)
        if (text === null) continue
        const owner = parseOwner(text)
        if (owner !== null && text !== mine && (await isAlive(owner))) {
          throw new ConfigError(
            `Another agent (pid ${owner.pid}) already uses the state folder ${stateDir}. Stop it, or give this one its own SONDE_STATE_DIR.`,
          )
        }
        await removeStale(file, text)
        continue
      }
      // Two starters may have found the same stale lock; whoever's file is still there a moment later has it.
      await pause(20)
      if ((await readFile(file, 'utf8').catch(() => null)) === mine) return { release: () => releaseLock(file, mine) }
    }
    throw new ConfigError(`The lock ${file} changes hands all the time. Is something starting the agent in a loop?`)
  } finally {
    await rm(draft, { force: true })
  }
}

async function releaseLock(file: string, mine: string): Promise<void> {
  if ((await readFile(file, 'utf8').catch(() => null)) === mine) await rm(file, { force: true })
}

/** Moves the stale lock aside; if in between another starter put a fresh one there, puts that one back. */
async function removeStale(file: string, staleText: string): Promise<void> {
  const aside = `${file}.${process.pid}.stale`
  try {
    await rename(file, aside)
    if ((await readFile(aside, 'utf8')) !== staleText) await link(aside, file).catch(() => undefined)
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error
  } finally {
    await rm(aside, { force: true })
  }
}

function parseOwner(text: string): LockOwner | null {
  try {
    return lockSchema.parse(JSON.parse(text))
  } catch {
    return null
  }
}

async function isAlive(owner: LockOwner): Promise<boolean> {
  const now = await describeOwner(owner.pid)
  if (now.startTicks === null) {
    // No /proc: all that can be asked is whether the pid is taken.
    if (owner.startTicks !== null || process.platform === 'linux') return false
    try {
      process.kill(owner.pid, 0)
      return true
    } catch (error) {
      return errorCode(error) === 'EPERM'
    }
  }
  return now.startTicks === owner.startTicks && now.bootId === owner.bootId
}

/** `startTicks` is field 22 of /proc/PID/stat (proc(5)): clock ticks since boot. Null where there is no such process, or no /proc. */
async function describeOwner(pid: number): Promise<LockOwner> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null)
  const bootId = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => null)
  // comm (field 2) is in parentheses and may hold anything, so count from its end.
  const afterComm = stat === null ? null : stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return { pid, startTicks: afterComm?.[19] ?? null, bootId: bootId?.trim() ?? null }
}
