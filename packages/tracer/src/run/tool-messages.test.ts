import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { endedWell, explainFailure, withoutHarmless } from './tool-messages.ts'

const folder = path.resolve(import.meta.dirname, '../../../../../shared/oracle/recorded/errors')
const ended = (code: number) => ({ code, signal: null, spawnError: null })

describe.skipIf(!existsSync(folder))('messages that the tools were seen to print (../shared/oracle)', () => {
  it.each([
    ['perf', 'perf-missing-pid.txt', 'process-exited'],
    ['perf', 'perf-record-disk-full.txt', 'disk-full'],
    ['perf', 'perf-paranoid2-nobody.txt', 'capability-missing'],
    ['perf', 'perf-missing-event.txt', 'capability-missing'],
    ['perf', 'perf-bad-filter.txt', 'tool-failed'],
    ['bpftrace', 'bpftrace-nobody.txt', 'capability-missing'],
    ['bpftrace', 'bpftrace-missing-tracepoint.txt', 'capability-missing'],
    ['bpftrace', 'bpftrace-missing-binary.txt', 'tool-failed'],
  ] as const)('%s %s → %s', (tool, file, reason) => {
    const failure = explainFailure(tool, ended(1), readFileSync(path.join(folder, file), 'utf8'))
    expect(failure.reason).toBe(reason)
    expect(failure.message).not.toContain('RLIMIT_MEMLOCK')
  })

  it('finds nothing to say about the warning that every run prints', () => {
    expect(withoutHarmless(readFileSync(path.join(folder, 'bpftrace-memlock-warning.stderr'), 'utf8'))).toBe('')
  })
})

describe('explainFailure', () => {
  it('tells a program that is not there from one that failed', () => {
    expect(explainFailure('perf', ended(127), 'setpriv: failed to execute /usr/bin/perf: No such file or directory').reason).toBe(
      'perf-missing',
    )
    expect(explainFailure('bpftrace', ended(127), 'setpriv: failed to execute bpftrace: No such file or directory').reason).toBe(
      'bpftrace-missing',
    )
    expect(explainFailure('perf', { code: null, signal: null, spawnError: 'spawn setpriv ENOENT' }, '').reason).toBe('tool-failed')
  })

  it('never says nothing', () => {
    expect(explainFailure('perf', { code: null, signal: 'SIGSEGV', spawnError: null }, '').message).toBe(
      'perf was ended by SIGSEGV and said nothing',
    )
  })

  it('takes the end that was asked for, and the deadline, for a good one', () => {
    expect([ended(0), ended(124), ended(130), { code: null, signal: 'SIGINT' as const, spawnError: null }].every(endedWell)).toBe(true)
    expect([ended(1), ended(255), { code: null, signal: 'SIGKILL' as const, spawnError: null }].some(endedWell)).toBe(false)
  })
})
