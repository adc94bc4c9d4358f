import { plainText } from '../plain-text.ts'
import { FRAME_KIND, type Profile } from '../profile.ts'
import { UNKNOWN_NAME } from '../profile-builder.ts'
import { moduleText } from './module-text.ts'
import { TextChunks } from './text-chunks.ts'

/**
 * The text of `perf script`, a sample each, in order of time: comm, pid/tid, time since the first possible sample, weight as the period,
 * event, and the stack from the inside out. Addresses are not known and printed as 0. Samples that weigh nothing are left out, as a
 * period of 0 would read as 1. The first line says what the weights are; to other readers it is a comment.
 */
export function exportPerfScript(profile: Profile): Uint8Array<ArrayBuffer> {
  const { meta, strings, threads, frames, stacks, samples } = profile
  const out = new TextChunks()
  out.add(`# sonde weights: ${meta.unit}\n`)
  const event =
    plainText(meta.event)
      .replaceAll(' ', '_')
      .replace(/:+$/, '')
      .replace(/^PERF_RECORD/, '_$&') || 'samples'
  /** By thread, as a JIT's map is called after its process. */
  const lineOf = (frame: number, pid: number): string => {
    const kind = frames.kind[frame] ?? 0
    const module = strings[frames.module[frame] ?? 0] ?? ''
    const shown = kind === FRAME_KIND.inlined ? 'inlined' : moduleText(module, kind, pid)
    return `\t${'0'.padStart(16)} ${symbolText(kind, strings[frames.name[frame] ?? 0] ?? '')} (${frameText(shown).replaceAll(' (', '_(') || UNKNOWN_NAME})\n`
  }
  const lines = new Map<number, string[]>()
  for (let i = 0; i < samples.length; i++) {
    const weight = Math.round(samples.weight[i] ?? 0)
    if (weight <= 0) continue
    const thread = samples.thread[i] ?? 0
    const pid = threads.pid[thread] ?? -1
    const time = meta.timed ? ` ${seconds(samples.timeUs[i] ?? 0)}:` : ''
    const comm = commText(strings[threads.comm[thread] ?? 0] ?? '', threads.tid[thread] ?? -1)
    out.add(`${comm} ${pid}/${threads.tid[thread]} [000]${time} ${weight} ${event}:\n`)
    let known = lines.get(pid)
    if (!known) {
      known = []
      lines.set(pid, known)
    }
    for (let at = samples.stack[i] ?? -1; at >= 0; at = stacks.parent[at] ?? -1) {
      const frame = stacks.frame[at] ?? 0
      const line = known[frame] ?? lineOf(frame, pid)
      known[frame] = line
      out.add(line)
    }
    out.add('\n')
  }
  return out.finish()
}

/** What follows a number and looks like a time would make a sample of the frame. */
const frameText = (text: string): string => plainText(text).replace(/(\s\d{1,15}\.\d{1,9}):/g, '$1_')

/** Where a name would be read otherwise than it is meant, it is written so that it is not. */
function symbolText(kind: number, name: string): string {
  if (kind === FRAME_KIND.unknown) return UNKNOWN_NAME
  const text = frameText(name).trim()
  if (text === '') return UNKNOWN_NAME
  // A name that looks like one with an offset gets an offset of its own; in a JIT's map, `->` says that one was inlined into the other.
  const whole = /\+0x[0-9a-f]+$/.test(text) ? `${text}+0x0` : text
  const apart = kind === FRAME_KIND.jit ? whole.replaceAll('->', '→') : whole
  return apart.startsWith('(') && !apart.startsWith('(anonymous namespace)') ? `_${apart}` : apart
}

/** perf's own word for a thread without a name is `:tid`. A colon after a blank could pass for an event, `#` for a comment. */
function commText(comm: string, tid: number): string {
  const text = plainText(comm).trim()
  if (text === '') return `:${Math.max(0, tid)}`
  return (text.includes(':') || text.includes('.') ? text.replaceAll(' ', '_') : text).replace(/^#/, '_')
}

/** µs as `1.000001`, with as many digits as it takes down to ns. */
function seconds(timeUs: number): string {
  const ns = Math.round(Math.max(0, timeUs) * 1000)
  const whole = Math.floor(ns / 1e9)
  const rest = String(ns % 1e9).padStart(9, '0')
  return `${whole}.${rest.endsWith('000') ? rest.slice(0, 6) : rest}`
}
