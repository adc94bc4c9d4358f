import { setTimeout as sleep } from 'node:timers/promises'
import type { RunningMachine } from './running-machine.ts'

/** Probes in tracefs, BPF programs and tracing processes, one line each with what it is. */
const LOOK = [
  "sed 's/^/kprobe_events: /' /sys/kernel/tracing/kprobe_events",
  "sed 's/^/uprobe_events: /' /sys/kernel/tracing/uprobe_events",
  "ls /sys/kernel/tracing/instances | sed 's/^/instance: /'",
  "bpftool prog list | grep -E ' (kprobe|tracepoint|raw_tracepoint|perf_event|tracing) ' | sed 's/^/program: /'",
  'for p in /proc/[0-9]*; do read -r comm <$p/comm && case "$comm" in perf|bpftrace|sonde-*) echo "process: $comm $(tr \'\\0\' \' \' <$p/cmdline)";; esac; done 2>/dev/null',
  'true',
].join('; ')
/** The agent may try what its host can do, or count what could be probed, at any time: that passes. */
const GONE_WITHIN_MS = 15_000

/** What tracing has left in the guest, after a while: nothing, unless a capture runs. */
export async function leftovers(machine: RunningMachine): Promise<string[]> {
  const deadline = performance.now() + GONE_WITHIN_MS
  for (;;) {
    const { output, status } = await machine.run(LOOK)
    if (status !== 0) throw new Error(`looking for leftovers ended with ${status}: ${output}`)
    const left = output.split('\n').filter((line) => line.trim() !== '')
    if (left.length === 0 || performance.now() > deadline) return left
    await sleep(500)
  }
}
