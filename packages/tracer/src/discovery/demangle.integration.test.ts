import { beforeEach, describe, expect, it } from 'vitest'
import { findTool } from '../host/find-tool.ts'
import { demangle } from './demangle.ts'

describe('demangle', () => {
  beforeEach(async ({ skip }) => {
    if ((await findTool('c++filt')) === null) skip('c++filt is not installed')
  })

  it('reads C++ and both manglings of Rust, and leaves the rest alone', async () => {
    const { names, note } = await demangle([
      '_ZN4node6Buffer3NewEPN2v87IsolateEm',
      'main',
      '_ZN4core3fmt9Formatter3pad17h0123456789abcdefE',
      '_RNvCs1234_7mycrate3foo',
      '_RINvCs1234_7mycrate3fooRSfEB2_',
      '_Zjunk',
      '_ZN3fooC1Ev.isra.0',
      '',
    ])
    expect(note).toBeNull()
    expect(names).toEqual([
      'node::Buffer::New(v8::Isolate*, unsigned long)',
      null,
      'core::fmt::Formatter::pad',
      'mycrate::foo',
      'mycrate::foo::<&[f32]>',
      null,
      'foo::foo() [clone .isra.0]',
      null,
    ])
  })

  it('keeps names and lines together over a hundred thousand of them', async () => {
    const names = Array.from({ length: 100_000 }, (_, i) => (i % 3 === 0 ? `plain_${i}` : `_ZN1a${`f${i}`.length}f${i}Ev`))
    const { names: read } = await demangle(names)
    expect(read.every((name, i) => name === (i % 3 === 0 ? null : `a::f${i}()`))).toBe(true)
  })

  it('comes to an end with a name that stands for an endless one', async () => {
    // Each argument holds the one before twice: 2^30 times the first.
    const reference = (n: number) => `S${n.toString(36).toUpperCase()}_`
    const bomb = `_Z1f1aIiiE${Array.from({ length: 30 }, (_, i) => `S_I${reference(i)}${reference(i)}E`).join('')}`
    const harmless = ['_ZN3fooEv', `_Z${'N'.repeat(900)}`, `_Z1f${'P'.repeat(1_000)}i`, `_RNv${'I'.repeat(1_000)}`]
    expect((await demangle(harmless, 3)).names[0]).toBe('foo()')
    const { names, note } = await demangle([...harmless, bomb], 2)
    expect(names).toEqual([null, null, null, null, null])
    expect(note).toContain('could not read them')
  })
})
