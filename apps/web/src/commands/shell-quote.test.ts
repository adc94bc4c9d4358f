import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { shellQuote } from './shell-quote.ts'

describe('shellQuote', () => {
  it('a real shell reads back exactly the same arguments', () => {
    const argv = [
      'plain',
      '',
      'two words',
      "it's",
      '$(reboot)',
      '`id`',
      '$HOME',
      'a;b|c&d>e<f',
      '*',
      '~',
      '!x',
      '#no comment',
      '\\',
      'line\nbreak',
      "''",
      '"',
      '-e',
      'tracepoint:raw_syscalls:sys_enter /pid == 1/ { @[comm] = count(); }',
      'ünïcode 🙂',
    ]
    const line = shellQuote(['printf', '%s\\0', ...argv])
    expect(execFileSync('/bin/sh', ['-c', line]).toString().split('\0').slice(0, -1)).toEqual(argv)
  })
  it('sets the environment for that command alone', () => {
    const line = shellQuote(['printenv', 'SONDE_A'], { SONDE_A: "x y'z" })
    expect(execFileSync('/bin/sh', ['-c', line]).toString()).toBe("x y'z\n")
  })
  it('leaves ordinary commands readable', () => {
    expect(shellQuote(['perf', 'record', '-F', '99', '-g', '--', 'sleep', '30'])).toBe('perf record -F 99 -g -- sleep 30')
  })
})
