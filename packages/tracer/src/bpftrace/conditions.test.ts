import type { Condition } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import type { ArgumentType, ResolvedTracepoint } from '../probes/resolved-probe.ts'
import { conditionCodes } from './conditions.ts'

const types: Record<string, ArgumentType> = {
  u8: { kind: 'int', bytes: 1, signed: false },
  s32: { kind: 'int', bytes: 4, signed: true },
  u64: { kind: 'int', bytes: 8, signed: false },
  path: { kind: 'pointer', to: 'user-text' },
  ptr: { kind: 'pointer', to: 'other' },
  comm: { kind: 'char-array', length: 16 },
  name: { kind: 'data-loc-text' },
  ip: { kind: 'byte-array', length: 4 },
  ip6: { kind: 'byte-array', length: 16 },
  odd: { kind: 'other', cType: 'struct x' },
}
const probe: ResolvedTracepoint = {
  kind: 'tracepoint',
  label: 'tracepoint:a:b',
  category: 'a',
  name: 'b',
  id: 1,
  arguments: Object.entries(types).map(([name, type]) => ({ name, cType: 'x', type })),
}
const compile = (field: string, op: Condition['op'], value: Condition['value']) =>
  conditionCodes([{ field, op, value }], { probe, start: null, duration: null }).map(({ text }) => text)

describe('conditions', () => {
  it.each([
    ['args.s32', '<', -2, '((int32)args->s32) < (-2)'],
    ['args.u64', '>', 4096, '((uint64)args->u64) > 4096'],
    ['args.s32', '&', 0x80000000, '((uint64)((int32)args->s32) & 2147483648) != 0'],
    ['args.ptr', '==', 0, '((uint64)args->ptr) == 0'],
    ['args.path', '==', '/etc/hosts', 'str(uptr(args->path)) == "/etc/hosts"'],
    ['args.comm', '!=', 'nginx', 'args->comm != "nginx"'],
    ['args.name', '==', 'lo', 'str(args->name) == "lo"'],
    ['comm', '==', 'nginx', 'comm == "nginx"'],
    ['pid', '!=', 42, '(pid) != 42'],
    ['args.ip', '==', '127.0.0.1', expect.stringMatching(/ == 2130706433$/)],
  ] as const)('%s %s %s', (field, op, value, expected) => {
    expect(compile(field, op, value)).toEqual([expected])
  })

  it('decides by the type what no value of it can change', () => {
    expect(compile('args.u8', '<', 300)).toEqual([])
    expect(compile('args.u64', '>=', -1)).toEqual([])
    expect(compile('args.s32', '!=', 2 ** 40)).toEqual([])
    expect(compile('comm', '!=', 'a-name-of-16-chr')).toEqual([])
    for (const [field, op, value] of [
      ['args.u8', '==', 256],
      ['args.u64', '<', -1],
      ['args.s32', '>', 2 ** 31],
      ['args.u8', '&', 256],
      ['args.u8', '&', 0],
      ['comm', '==', 'a-name-of-16-chr'],
    ] as const)
      expect(() => compile(field, op, value)).toThrow(/never holds/)
  })

  it.each([
    ['args.u8', '==', 'x', /is a number/],
    ['args.path', '==', 5, /is text/],
    ['args.ip', '==', '10.0.0.256', /an address like/],
    ['args.ip6', '==', '::1', /IPv6/],
    ['args.odd', '==', 1, /cannot be read/],
    ['args.none', '==', 1, /has no argument "none": it has u8, s32/],
    ['ret', '<', 0, /is no return/],
    ['duration', '>', 1, /there is no span here/],
    ['start.u8', '>', 1, /there is no span here/],
  ] as const)('refuses %s %s %s', (field, op, value, why) => {
    expect(() => compile(field, op, value)).toThrow(why)
  })
})
