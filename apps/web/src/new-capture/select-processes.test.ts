import type { ProcessRow } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import { PROCESS_SORTS, selectProcesses } from './select-processes.ts'

const row = (pid: number, comm: string, cpu: number, rssBytes: number, cgroup: string | null = null): ProcessRow => ({
  pid,
  ppid: 1,
  comm,
  command: `/usr/bin/${comm} --flag`,
  user: pid === 1 ? 'root' : 'www',
  cpu,
  rssBytes,
  cgroup,
})
const rows = [row(1, 'init', 0, 10), row(42, 'node', 0.9, 500, '/system.slice/web.service'), row(7, 'postgres', 0.9, 900)]

describe('selectProcesses', () => {
  it('needs every word, in any field', () => {
    const pids = (search: string) => selectProcesses(rows, search, 'pid').map((r) => r.pid)
    expect(pids('')).toEqual([1, 7, 42])
    expect(pids('NODE www')).toEqual([42])
    expect(pids('web.service')).toEqual([42])
    expect(pids('42')).toEqual([42])
    expect(pids('node root')).toEqual([])
  })
  it('sorts the same set in every order, and leaves its input alone', () => {
    const before = structuredClone(rows)
    for (const sort of PROCESS_SORTS) expect(new Set(selectProcesses(rows, '', sort))).toEqual(new Set(rows))
    expect(rows).toEqual(before)
    expect(selectProcesses(rows, '', 'cpu').map((r) => r.pid)).toEqual([7, 42, 1])
    expect(selectProcesses(rows, '', 'name').map((r) => r.comm)).toEqual(['init', 'node', 'postgres'])
  })
})
