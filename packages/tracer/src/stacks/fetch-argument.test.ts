import { describe, expect, it } from 'vitest'
import { type ProbeValue, probeRequest } from '../native/probe-definition.ts'
import { type Fetch, functionArgument, kernelArgument, typedFetch, usdtOperand } from './fetch-argument.ts'

/** As the guard is asked for it: `type:base:offset…`. */
const asked = (value: Omit<ProbeValue, 'name'> | null): string | null =>
  value &&
  probeRequest(1, { kind: 'kprobe', event: 0, at: 'entry', function: 'f', functionOffset: 0, arguments: [{ name: 'v', ...value }] }).slice(
    'kprobe 1 0 entry f 0 v:'.length,
  )
const word = { kind: 'int', bytes: 8, signed: false } as const
const place = (fetch: Fetch | null): string | null => fetch && (asked(typedFetch(fetch, word))?.slice('u64:'.length) ?? null)
const written = (operand: string, arch: 'x64' | 'arm64') => place(usdtOperand(operand, arch))

describe('usdtOperand', () => {
  it.each([
    ['8@%rbx', '%bx'],
    ['-4@%eax', '%ax'],
    ['-1@%al', '%ax'],
    ['2@%si', '%si'],
    ['1@%dil', '%di'],
    ['4@%r8d', '%r8'],
    ['8@%r15', '%r15'],
    ['-4@-20(%rbp)', '%bp:-20'],
    ['8@(%rsp)', '%sp:0'],
    ['8@16(%r12)', '%r12:16'],
    ['-4@$5', 'imm5'],
    ['-8@$-1', 'imm-1'],
  ])('x64 %s → %s', (operand, fetch) => {
    expect(written(operand, 'x64')).toBe(fetch)
  })

  it.each([
    ['8@x0', '%x0'],
    ['-4@w19', '%x19'],
    ['8@x30', '%lr'],
    ['8@[sp, 16]', '%sp:16'],
    ['4@[x29, -8]', '%x29:-8'],
    ['8@[x3]', '%x3:0'],
    ['-4@7', 'imm7'],
  ])('arm64 %s → %s', (operand, fetch) => {
    expect(written(operand, 'arm64')).toBe(fetch)
  })

  it('has no word for what cannot be fetched, or for anything that is not an operand', () => {
    const wrong = ['8f@%xmm0', '8@8(%rax,%rbx,4)', '8@sym(%rip)', '3@%rax', '8@%rip', '8@%xmm0', '8@%ah', '8@%rax;x', '8@$x']
    for (const operand of [...wrong, '', '8@', '%rax', '8@%rax %rbx', '8@x31', '8@$99999999999']) {
      expect(usdtOperand(operand, 'x64'), operand).toBeNull()
    }
    for (const operand of ['8@x31', '8@[x0, x1]', '8@%rax', '8@[sp', '8@d0']) expect(usdtOperand(operand, 'arm64'), operand).toBeNull()
  })
})

describe('arguments of functions', () => {
  it('go by the calling convention', () => {
    expect([0, 1, 2, 3, 4, 5, 6].map((i) => place(functionArgument(i, 'x64')))).toEqual(['%di', '%si', '%dx', '%cx', '%r8', '%r9', null])
    expect(place(functionArgument(7, 'arm64'))).toBe('%x7')
    expect(place(kernelArgument(0, 'x64'))).toBe('arg1')
    expect(kernelArgument(6, 'x64')).toBeNull()
    expect(kernelArgument(-1, 'x64')).toBeNull()
  })

  it('are read as what they were declared', () => {
    const di: Fetch = { base: { from: 'register', name: 'di' }, reads: [] }
    const onStack: Fetch = { base: { from: 'register', name: 'sp' }, reads: [16] }
    expect(asked(typedFetch(di, { kind: 'int', bytes: 2, signed: true }))).toBe('s16:%di')
    expect(asked(typedFetch(di, { kind: 'pointer', to: 'user-text' }))).toBe('ustring:%di:0')
    expect(asked(typedFetch(di, { kind: 'pointer', to: 'user-text' }, true))).toBe('ustring:%di:u0')
    expect(asked(typedFetch(onStack, { kind: 'pointer', to: 'kernel-text' }))).toBe('string:%sp:16:0')
    expect(asked(typedFetch(onStack, { kind: 'int', bytes: 4, signed: false }))).toBe('u32:%sp:16')
    expect(asked(typedFetch(di, { kind: 'pointer', to: 'other' }))).toBe('u64:%di')
    expect(typedFetch(di, { kind: 'other', cType: 'struct x' })).toBeNull()
    expect(typedFetch({ base: { from: 'constant', value: 5 }, reads: [] }, { kind: 'pointer', to: 'user-text' })).toBeNull()
  })
})
