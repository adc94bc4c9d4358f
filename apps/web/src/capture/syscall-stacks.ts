import { type CaptureViewState, captureSpecSchema, formatPanes, MAX_PANES, type PaneName, parsePanes } from '@sonde/contract'
import { newCaptureHref } from '../new-capture/draft.ts'
import { entryPattern, entryTracepoint } from './syscall-entry.ts'
import type { SyscallLine } from './syscall-rows.ts'

/** Stacks of a few seconds say who calls; more of them only cost. */
const FOLLOW_UP_MS = 10_000

/** The panes of a link with `name` among them, beside the system calls: in a free place, else in that of the first other one. */
export function withPane(panes: string, name: PaneName): string {
  const names = parsePanes(panes)
  if (names.length === 0 || names.includes(name)) return panes
  if (names.length < MAX_PANES) return formatPanes([name, ...names])
  const replaced = names.findIndex((one) => one !== 'syscalls')
  return formatPanes(names.map((one, i) => (i === replaced ? name : one)))
}

/** The view with a flame graph that shows the line's process, frames in the kernel's entry of its system call highlighted. */
export function stacksPatch(
  view: Pick<CaptureViewState, 'panes'>,
  line: Pick<SyscallLine, 'name' | 'process'>,
  pane: 'flame' | 'offcpu',
): Partial<CaptureViewState> {
  return {
    search: entryPattern(line.name),
    regex: true,
    process: line.process,
    zoom: '',
    waitZoom: '',
    panes: withPane(view.panes, pane),
    pane,
  }
}

/** The form of a capture that takes a stack at each such call of the line's process; null where the call has no tracepoint's name. */
export function exactStacksHref(line: Pick<SyscallLine, 'name' | 'hostId' | 'pid'>): string | null {
  const tracepoint = entryTracepoint(line.name)
  if (tracepoint === null) return null
  const spec = captureSpecSchema.safeParse({
    version: 2,
    recipe: null,
    instruments: [{ collector: 'stacks', probe: { kind: 'tracepoint', category: 'syscalls', name: tracepoint } }],
    durationMs: FOLLOW_UP_MS,
    filter: { kind: 'pid', pid: line.pid },
  })
  return spec.success ? newCaptureHref(spec.data, [line.hostId]) : null
}
