import { FRAME_KIND } from '@sonde/profile'
import { describe, expect, it } from 'vitest'
import { AddressTable, CONTEXT } from './address-table.ts'
import { BpfSymbols, relative } from './bpf-symbols.ts'
import { ChainTable } from './chain-table.ts'
import { JitMapText } from './jit-maps.ts'
import { AnswerParser } from './perf-script.ts'
import { ProcessTable } from './process-table.ts'
import { frameOfSymbolText, splitSymbolText } from './symbol-text.ts'

describe("perf's words for an address", () => {
  it.each([
    ['vfs_read ([kernel.kallsyms])', true, { name: 'vfs_read', module: '[kernel]', kind: FRAME_KIND.kernel }],
    ['ext4_write ([ext4])', true, { name: 'ext4_write', module: '[ext4]', kind: FRAME_KIND.kernel }],
    ['[unknown] ([kernel.kallsyms])', true, { name: '[unknown]', module: '[kernel]', kind: FRAME_KIND.unknown }],
    [
      '__libc_start_call_main (/usr/lib/x86_64-linux-gnu/libc.so.6)',
      false,
      { name: '__libc_start_call_main', module: 'libc.so.6', kind: FRAME_KIND.user },
    ],
    [
      'v8::(anonymous namespace)::Invoke (/usr/bin/node)',
      false,
      { name: 'v8::(anonymous namespace)::Invoke', module: 'node', kind: FRAME_KIND.user },
    ],
    ['operator() (/opt/My App (x86)/bin/server)', false, { name: 'operator()', module: 'server', kind: FRAME_KIND.user }],
    ['f (/tmp/hot (deleted))', false, { name: 'f', module: 'hot', kind: FRAME_KIND.user }],
    ['JS:*fib /srv/work.js:2:13 (/tmp/perf-42.map)', false, { name: 'JS:*fib /srv/work.js:2:13', module: '[jit]', kind: FRAME_KIND.jit }],
    ['[unknown] (/tmp/perf-42.map)', false, { name: '[unknown]', module: '[jit]', kind: FRAME_KIND.unknown }],
    ['__vdso_gettimeofday ([vdso])', false, { name: '__vdso_gettimeofday', module: '[vdso]', kind: FRAME_KIND.user }],
    ['[unknown] ([unknown])', false, { name: '[unknown]', module: '[unknown]', kind: FRAME_KIND.unknown }],
    ['', false, { name: '[unknown]', module: '[unknown]', kind: FRAME_KIND.unknown }],
  ])('%s', (text, inKernel, frame) => {
    expect(frameOfSymbolText(text, inKernel)).toEqual({ ...frame, raw: text })
  })

  it('splits at the last bracket that begins a path or a bracketed name', () => {
    expect(splitSymbolText('a (b (c')).toEqual({ symbol: 'a (b', dso: 'c' })
  })
})

describe('AnswerParser', () => {
  const text =
    '    7 \n\tffffffff81 vfs_read ([kernel.kallsyms])\n\t      2724a a b (/x)\n\n   9 \n\t 0 [unknown] ([unknown])\n\nnoise\n\t 1 x (y)\n'
  const expected = [
    [7, 'vfs_read ([kernel.kallsyms])'],
    [8, 'a b (/x)'],
    [9, '[unknown] ([unknown])'],
  ]

  it('numbers the answers of a sample from its first, in pieces of any size', () => {
    for (const size of [1, 3, 1000]) {
      const parser = new AnswerParser()
      const answers: [number, string][] = []
      const bytes = Buffer.from(text)
      for (let i = 0; i < bytes.length; i += size)
        parser.push(bytes.subarray(i, i + size), (number, symbol) => answers.push([number, symbol]))
      expect(answers).toEqual(expected)
    }
  })
})

describe('JitMapText', () => {
  it('finds the entry that covers an address, the newest one where the place was used again', () => {
    const map = new JitMapText()
    map.add('7f00 100 old function\n8000 10 small\n7f40 2')
    expect(map.lookup(0x7f50)).toBe('old function')
    map.add('0 JS:*new\nbroken line\n0x9000 0x8 hex\n')
    expect([0x7eff, 0x7f00, 0x7f40, 0x7f5f, 0x7f60, 0x7fff, 0x8000, 0x8010, 0x9007].map((address) => map.lookup(address))).toEqual([
      null,
      'old function',
      'JS:*new',
      'JS:*new',
      'old function',
      'old function',
      'small',
      null,
      'hex',
    ])
  })
})

describe('AddressTable and ChainTable', () => {
  it('number what is new and find what is known, beyond every growth', () => {
    const table = new AddressTable()
    const numbers = new Map<string, number>()
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 5_000; i++) {
        const space = i % 3
        const context = i % 2 === 0 ? CONTEXT.user : CONTEXT.kernel
        const key = `${space} ${context} ${i >> 3}`
        const index = table.intern(space, context, 0x7f00, i >> 3)
        expect(numbers.get(key) ?? index).toBe(index)
        numbers.set(key, index)
        expect([table.highOf(index), table.lowOf(index), table.contextOf(index)]).toEqual([0x7f00, i >> 3, context])
      }
    }
    expect(table.length).toBe(numbers.size)
  })

  it('tells chains apart by their words and by their address spaces', () => {
    const chains = new ChainTable()
    const entries = new Int32Array([4, 5])
    const seen = new Map<string, number>()
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 3_000; i++) {
        const words = new Uint32Array([0, i % 700, 1, 2])
        const space = i % 2
        let chain = chains.find(space, 0, words, 1, 4)
        if (chain < 0) chain = chains.add(space, 0, words, 1, 4, entries, 2)
        const key = `${space} ${i % 700}`
        expect(seen.get(key) ?? chain).toBe(chain)
        seen.set(key, chain)
        expect([...chains.entriesOf(chain)]).toEqual([4, 5])
      }
    }
    expect(chains.length).toBe(seen.size)
  })
})

describe('ProcessTable', () => {
  it('gives a child its parent’s name and space, until it runs something else', () => {
    const table = new ProcessTable()
    table.comm(10, 10, 'bash', true)
    const space = table.spaceOf(10)
    table.fork(11, 10, 11, 10, true)
    expect(table.threadOf(11, 11).comm).toBe('bash')
    expect(table.spaceOf(11)).toBe(space)
    table.comm(11, 11, 'ls', true)
    expect(table.threadOf(11, 11).comm).toBe('ls')
    expect(table.spaceOf(11)).not.toBe(space)
    expect(table.spaceOf(10)).toBe(space)
    // A rename alone maps nothing.
    table.comm(10, 10, 'renamed', false)
    expect(table.spaceOf(10)).toBe(space)
  })

  it('parts two processes that share a space when one of them maps code', () => {
    const table = new ProcessTable()
    const space = table.spaceOf(10)
    table.fork(11, 10, 11, 10, true)
    table.mapped(11, 0x1000, 0x2000)
    expect(table.spaceOf(11)).not.toBe(space)
    expect(table.spaceOf(10)).toBe(space)
  })

  it('forgets addresses only where code is mapped over them', () => {
    const table = new ProcessTable()
    const space = table.spaceOf(10)
    table.remember(space, 0x1500)
    table.mapped(10, 0x2000, 0x3000)
    expect(table.spaceOf(10)).toBe(space)
    table.mapped(10, 0x1000, 0x2000)
    expect(table.spaceOf(10)).not.toBe(space)
    const kernel = table.kernelSpace
    table.remember(kernel, 0xffffffffc0001000)
    table.kernelMapped(0xffffffffa0000000, 0xffffffffa0001000)
    expect(table.kernelSpace).toBe(kernel)
    table.kernelMapped(0xffffffffc0000000, 0xffffffffc0002000)
    expect(table.kernelSpace).not.toBe(kernel)
  })

  it('names threads that perf never told of', () => {
    const table = new ProcessTable()
    expect([table.threadOf(5, 7).comm, table.threadOf(0, 0).comm]).toEqual([':7', 'swapper'])
    table.fork(5, 5, 8, 7, true)
    expect(table.threadOf(5, 8).comm).toBe(':7')
  })
})

it('BpfSymbols: names code while it is loaded', () => {
  const symbols = new BpfSymbols()
  symbols.register(relative(0xffffffff, 0xc0001000), 64, 'bpf_prog_1')
  expect(symbols.lookup(0xffffffff, 0xc000103f)).toBe('bpf_prog_1')
  expect(symbols.lookup(0xffffffff, 0xc0001040)).toBeNull()
  expect(symbols.lookup(0xfffffffe, 0xc0001000)).toBeNull()
  symbols.unregister(relative(0xffffffff, 0xc0001000))
  expect(symbols.lookup(0xffffffff, 0xc0001000)).toBeNull()
})
