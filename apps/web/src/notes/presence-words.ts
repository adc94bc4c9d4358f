import type { PresentPerson } from '@sonde/contract'

const PANES: Record<Exclude<PresentPerson['pane'], ''>, string> = {
  flame: 'the flame graph',
  offcpu: 'the off-CPU flame graph',
  heat: 'the heat map',
  functions: 'the table of functions',
  sandwich: 'callers and callees',
  latency: 'the latencies',
  counts: 'the counts',
  events: 'the events',
  counters: 'the counters',
  syscalls: 'the system calls',
  hosts: 'the hosts',
  odd: 'the odd host out',
}

/** `Vera Viewer, in the flame graph · 2 min`. */
export function presenceWords({ name, pane, since }: PresentPerson, nowMs: number): string {
  const minutes = Math.max(0, Math.floor((nowMs - since.getTime()) / 60_000))
  const time = minutes === 0 ? 'just came' : minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
  return `${name}${pane === '' ? '' : `, in ${PANES[pane]}`} · ${time}`
}
