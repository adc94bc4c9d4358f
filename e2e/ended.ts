import type { ChildProcess } from 'node:child_process'

/** Ends a process that a test started: SIGTERM, then SIGKILL where it takes longer than `patienceMs`. */
export async function ended(child: ChildProcess, patienceMs: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  const patience = setTimeout(() => child.kill('SIGKILL'), patienceMs)
  await gone
  clearTimeout(patience)
}
