import { readdir } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ProcessList, ProcessRow } from '@sonde/contract'
import { readText } from './read-text.ts'

const MAX_ROWS = 20_000
const CPU_WINDOW_MS = 250
const PAGE_BYTES = 4096
/** Kernel clock ticks per second in /proc; 100 on every architecture Linux runs Node on (USER_HZ). */
const TICKS_PER_SECOND = 100

export type ProcStat = { pid: number; comm: string; ppid: number; cpuTicks: number; startTicks: number; rssBytes: number }

/**
 * One /proc/PID/stat line. comm may hold spaces, parentheses and newlines, so it ends at the last `)`.
 * Returns null where the text is not such a line.
 */
export function parseProcStat(text: string): ProcStat | null {
  const open = text.indexOf('(')
  const close = text.lastIndexOf(')')
  if (open < 1 || close < open) return null
  const rest = text
    .slice(close + 2)
    .trim()
    .split(' ')
  const pid = Number(text.slice(0, open).trim())
  // Fields as numbered in proc(5): rest[0] is field 3.
  const field = (n: number) => Number(rest[n - 3] ?? 0)
  if (!Number.isInteger(pid) || rest.length < 20) return null
  return {
    pid,
    comm: text.slice(open + 1, close),
    ppid: field(4),
    cpuTicks: field(14) + field(15),
    startTicks: field(22),
    rssBytes: Math.max(0, field(24)) * PAGE_BYTES,
  }
}

/** uid → name of an /etc/passwd text. */
export function parsePasswd(text: string): Map<number, string> {
  const names = new Map<number, string>()
  for (const line of text.split('\n')) {
    const [name, , uid] = line.split(':')
    if (name && uid !== undefined && /^\d+$/.test(uid) && !names.has(Number(uid))) names.set(Number(uid), name)
  }
  return names
}

/** Path below the cgroup v2 root out of /proc/PID/cgroup (the `0::` line), or null. */
export const parseCgroupPath = (text: string): string | null => /^0::(.*)$/m.exec(text)?.[1] ?? null

/** Pids of all processes (thread group leaders) now. */
export async function listPids(): Promise<number[]> {
  const names = await readdir('/proc')
  return names.filter((name) => /^\d+$/.test(name)).map(Number)
}

/** null where the process is gone. */
export async function readProcStat(pid: number): Promise<ProcStat | null> {
  return parseProcStat(await readText(`/proc/${pid}/stat`))
}

/**
 * The host's live processes, busiest first. CPU share is measured over a quarter of a second.
 * Processes that exit meanwhile are left out; kernel threads are included and have an empty command line.
 */
export async function listProcesses(): Promise<ProcessList> {
  const before = new Map<number, ProcStat>()
  const startedAt = performance.now()
  for (const stat of await mapLimited(await listPids(), readProcStat)) if (stat !== null) before.set(stat.pid, stat)
  await sleep(CPU_WINDOW_MS)
  const users = parsePasswd(await readText('/etc/passwd'))
  const elapsedMs = performance.now() - startedAt
  const rows = (await mapLimited(await listPids(), (pid) => readRow(pid, before.get(pid), users, elapsedMs))).filter((row) => row !== null)
  rows.sort((a, b) => b.cpu - a.cpu || a.pid - b.pid)
  return { takenAtMs: Date.now(), rows: rows.slice(0, MAX_ROWS), truncated: rows.length > MAX_ROWS }
}

async function readRow(
  pid: number,
  before: ProcStat | undefined,
  users: Map<number, string>,
  elapsedMs: number,
): Promise<ProcessRow | null> {
  const [stat, cmdline, status, cgroup] = await Promise.all([
    readProcStat(pid),
    readText(`/proc/${pid}/cmdline`),
    readText(`/proc/${pid}/status`),
    readText(`/proc/${pid}/cgroup`),
  ])
  if (stat === null) return null
  const uid = Number(/^Uid:\s+(\d+)/m.exec(status)?.[1] ?? Number.NaN)
  // Another process may have got the pid meanwhile: its start time differs, and all its CPU time is new.
  const earlierTicks = before?.startTicks === stat.startTicks ? before.cpuTicks : 0
  return {
    pid,
    ppid: stat.ppid,
    comm: stat.comm.slice(0, 64),
    command: cmdline.replaceAll('\0', ' ').trim().slice(0, 512),
    user: (users.get(uid) ?? (Number.isNaN(uid) ? '?' : String(uid))).slice(0, 64),
    cpu: before === undefined ? 0 : Math.max(0, stat.cpuTicks - earlierTicks) / TICKS_PER_SECOND / (elapsedMs / 1000),
    rssBytes: stat.rssBytes,
    cgroup: parseCgroupPath(cgroup)?.slice(0, 512) ?? null,
  }
}

/** Results in order, at most 64 calls under way: a host may have 20,000 processes. */
async function mapLimited<In, Out>(inputs: readonly In[], task: (input: In) => Promise<Out>): Promise<Out[]> {
  const results: Out[] = []
  for (let i = 0; i < inputs.length; i += 64) results.push(...(await Promise.all(inputs.slice(i, i + 64).map(task))))
  return results
}
