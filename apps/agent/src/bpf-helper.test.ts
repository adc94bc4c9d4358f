import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findBpfHelper } from './bpf-helper.ts'
import { ConfigError } from './config-error.ts'

let root = ''
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'sonde-helper-'))
})
afterEach(() => rmSync(root, { recursive: true }))

function program(...parts: string[]): string {
  const file = path.join(root, ...parts)
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, '')
  chmodSync(file, 0o755)
  return file
}

describe('findBpfHelper', () => {
  it('takes the one beside the program before the one of the checkout', () => {
    const folder = path.join(root, 'apps/agent/dist')
    expect(findBpfHelper(null, folder)).toBeNull()
    const built = program('native/dist', process.arch, 'sonde-bpf')
    expect(findBpfHelper(null, folder)).toBe(built)
    const beside = program('apps/agent/dist/sonde-bpf')
    expect(findBpfHelper(null, folder)).toBe(beside)
    expect(findBpfHelper('none', folder)).toBeNull()
  })

  it('takes the one that is named, and nothing else in its place', () => {
    const named = program('opt/helper')
    program('sonde-bpf')
    expect(findBpfHelper(named, root)).toBe(named)
    chmodSync(named, 0o644)
    // Root may run what anyone may run.
    expect(() => findBpfHelper(named, root)).toThrow(ConfigError)
    expect(() => findBpfHelper('/nonexistent/sonde-bpf', root)).toThrow(/SONDE_BPF_HELPER names \/nonexistent/)
  })
})
