// @ts-check
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/**
 * Tracepoints are reached through tracefs, which systemd mounts; containers and small virtual machines often lack it. Mounted
 * here where root may; where not, the agent says what does not work.
 * @param {import('../setup/progress.mjs').Progress} progress
 */
export function ensureTraceFs(progress) {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return
  if (['/sys/kernel/tracing', '/sys/kernel/debug/tracing'].some((folder) => existsSync(`${folder}/available_events`))) return
  const mount = spawnSync('mount', ['-t', 'tracefs', 'tracefs', '/sys/kernel/tracing'], { encoding: 'utf8' })
  if (mount.status === 0) progress.note('mounted tracefs at /sys/kernel/tracing, which the tracers need')
  else
    progress.note(
      `tracefs cannot be mounted (${(mount.stderr || String(mount.error ?? '')).trim()}): no syscall breakdowns of this machine`,
    )
}
