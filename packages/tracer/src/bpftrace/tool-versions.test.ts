import type { HostFacts } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import type { ResolvedTracepoint } from '../probes/resolved-probe.ts'
import { fieldValue } from './fields.ts'
import { readableBy } from './known-faults.ts'
import { mapKeys, programCommand } from './program-command.ts'

const facts = (version: string | null): HostFacts => ({
  hostname: 'h',
  os: 'debian 13',
  kernel: '6.12',
  arch: 'x64',
  cpuModel: '',
  cpuCount: 2,
  memoryBytes: 0,
  bootId: '',
  agentVersion: '',
  tools: [{ name: 'bpftrace', version, path: '/usr/bin/bpftrace' }],
  capabilities: [],
})
/** sched_process_exec: a path that lies behind 20 bytes of fixed fields; and another one behind it. */
const probe: ResolvedTracepoint = {
  kind: 'tracepoint',
  label: 'tracepoint:sched:sched_process_exec',
  category: 'sched',
  name: 'sched_process_exec',
  id: 1,
  arguments: [
    { name: 'filename', cType: '__data_loc char[]', type: { kind: 'data-loc-text', at: 20 } },
    { name: 'second', cType: '__data_loc char[]', type: { kind: 'data-loc-text' } },
  ],
}
const read = (version: string | null, name: string) => {
  const [readable = probe] = readableBy(facts(version), [probe])
  const value = fieldValue(`args.${name}`, { probe: readable, start: null, duration: null })
  return value.kind === 'text' ? value.expression.text : value.kind
}

describe('what one version of bpftrace does and another does not', () => {
  it('0.23 misses texts by three times their place', () => {
    expect(read('0.17.0', 'filename')).toBe('str(args->filename)')
    expect(read('0.24.1', 'second')).toBe('str(args->second)')
    expect(read(null, 'filename')).toBe('str(args->filename)')
    expect(read('0.23.2', 'filename')).toBe('str(kptr((uint64)args->filename - 60))')
    expect(() => read('0.23.2', 'second')).toThrow(/cannot be read .*bpftrace 0.23 does not find/)
  })

  it('settings have other names since 0.21', () => {
    const env = (version: string | null) =>
      programCommand({
        collector: 'counts',
        durationMs: 1_000,
        facts: facts(version),
        program: { text: '', probeCount: 0 },
        limits: { mapKeys: 5_000, textBytes: 64 },
      }).env
    expect(env('0.17.0')).toEqual({ BPFTRACE_MAP_KEYS_MAX: '5000', BPFTRACE_STRLEN: '64' })
    expect(env('0.23.2')).toEqual({ BPFTRACE_MAX_MAP_KEYS: '5000', BPFTRACE_MAX_STRLEN: '64' })
    expect(Object.keys(env(null)).length).toBe(4)
  })

  it('maps of counts take memory for each CPU: many CPUs, fewer entries', () => {
    const keys = (cpuCount: number) => mapKeys({ maps: 2, keyBytes: 16, cpuCount, most: 65_536 })
    expect(keys(2)).toBe(65_536)
    expect(keys(64)).toBe(65_536)
    expect(keys(256)).toBe(16_384)
    expect(keys(4_096)).toBe(4_096)
    for (const cpuCount of [1, 8, 100, 512]) expect(2 * keys(cpuCount) * (96 + 8 * cpuCount)).toBeLessThanOrEqual(96 * 1024 * 1024)
  })
})
