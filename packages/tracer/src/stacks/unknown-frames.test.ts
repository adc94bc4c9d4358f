import { describe, expect, it } from 'vitest'
import { explainUnknown, type ProcessTraits, UnknownFrameCounts } from './unknown-frames.ts'

const traits = (executable: string, over: Partial<ProcessTraits> = {}): ProcessTraits => ({
  executable,
  arguments: [],
  javaTrouble: null,
  isJvm: false,
  ...over,
})

describe('explainUnknown', () => {
  it.each([
    ['[jit]', traits('node'), '--perf-basic-prof'],
    ['[jit]', traits('java', { isJvm: true, javaTrouble: 'it has no /tmp' }), 'Java 17'],
    ['[jit]', traits('python3.12'), '-X perf'],
    ['[jit]', traits('dotnet'), 'DOTNET_PerfMapEnabled'],
    ['[jit]', null, 'while the process runs'],
    ['[unknown]', traits('server'), '-fno-omit-frame-pointer'],
    ['libssl.so.3', traits('server'), 'debug symbols of libssl.so.3'],
    ['[kernel]', null, 'kptr_restrict'],
  ])('%s of %j', (module, process, remedy) => {
    expect(explainUnknown(module, process).remedy).toContain(remedy)
  })

  it('does not ask Node for an option that it has', () => {
    const node = traits('node', { arguments: ['node', '--perf-basic-prof', 'server.js'] })
    expect(explainUnknown('[jit]', node).remedy).not.toContain('--perf-basic-prof')
  })
})

describe('UnknownFrameCounts', () => {
  it('adds up by process and module, and shows the largest first', () => {
    const counts = new UnknownFrameCounts()
    for (let i = 0; i < 30; i++) counts.add(i, `p${i}`, 'lib.so', i + 1)
    counts.add(3, 'p3', 'lib.so', 100)
    counts.add(3, 'p3', '[jit]', 1)
    const shown = counts.explained(() => null)
    expect(shown).toHaveLength(20)
    expect(shown[0]).toMatchObject({ pid: 3, comm: 'p3', module: 'lib.so', frames: 104 })
    expect(shown[1]).toMatchObject({ pid: 29, frames: 30 })
  })
})
