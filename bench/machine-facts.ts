import { spawnSync } from 'node:child_process'
import { cpus, loadavg, release } from 'node:os'

/** One line that says on what, and beside what load, a figure was measured. */
export function machineFacts(): string {
  const version = (tool: string) => (spawnSync(tool, ['--version'], { encoding: 'utf8' }).stdout ?? '').trim().split('\n')[0] ?? ''
  const load = loadavg().map((value) => value.toFixed(1))
  return `${cpus().length} × ${cpus()[0]?.model.trim()}, Linux ${release()}, Node ${process.version}, ${version('perf')}, ${version('bpftrace')}; load average ${load.join(' ')}`
}
