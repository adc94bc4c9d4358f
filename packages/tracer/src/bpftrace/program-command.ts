import type { CollectorId, HostCommand, HostFacts } from '@sonde/contract'
import { deadlineSeconds, guardedArgv } from '../run/guarded-child.ts'
import type { Program } from './program.ts'

export type BpftraceLimits = {
  /** Entries per map. */
  mapKeys: number
  /** Bytes of a text, its NUL included. */
  textBytes: number
  /** Pages of the buffer, on each CPU, through which programs speak. */
  bufferPages?: number
}

/** bpftrace with the program on stdin (`-`), printing JSON. */
export function programCommand(input: {
  collector: CollectorId
  durationMs: number
  facts: HostFacts
  program: Program
  limits: BpftraceLimits
}): HostCommand {
  const { collector, durationMs, facts, program, limits } = input
  const tool = facts.tools.find(({ name }) => name === 'bpftrace')
  return {
    collector,
    tool: 'bpftrace',
    toolVersion: tool?.version ?? null,
    argv: guardedArgv([tool?.path ?? 'bpftrace', '-f', 'json', '-'], deadlineSeconds(durationMs)),
    env: {
      ...sizes(limits, tool?.version ?? null),
      ...(limits.bufferPages === undefined ? {} : { BPFTRACE_PERF_RB_PAGES: String(limits.bufferPages) }),
    },
    program: program.text,
  }
}

/** Settings had other names before 0.21; later versions complain about those. Where the version is not known, both do. */
function sizes({ mapKeys, textBytes }: BpftraceLimits, version: string | null): Record<string, string> {
  const [, minor] = /^0\.(\d+)/.exec(version ?? '') ?? []
  const old = { BPFTRACE_MAP_KEYS_MAX: String(mapKeys), BPFTRACE_STRLEN: String(textBytes) }
  const now = { BPFTRACE_MAX_MAP_KEYS: String(mapKeys), BPFTRACE_MAX_STRLEN: String(textBytes) }
  if (minor === undefined) return { ...old, ...now }
  return Number(minor) >= 21 ? now : old
}

/** Memory that the maps of one program may take up, in the kernel. bpftrace 0.17 allocates all of it at once. */
const MAP_MEMORY_BYTES = 96 * 1024 * 1024
/** What an entry of a hash table costs besides key and values (measured: 104 bytes with two CPUs and a key of 16). */
const ENTRY_BYTES = 80

/** Entries per map: as many as the memory allows, of `most`; at least bpftrace's own 4,096. A map of counts has a value per CPU. */
export function mapKeys(input: { maps: number; keyBytes: number; cpuCount: number; most: number }): number {
  const entry = ENTRY_BYTES + input.keyBytes + 8 * input.cpuCount
  const fit = MAP_MEMORY_BYTES / Math.max(1, input.maps) / entry
  return Math.max(4_096, Math.min(input.most, 2 ** Math.floor(Math.log2(fit))))
}
