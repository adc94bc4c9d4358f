import { describe, expect, it } from 'vitest'
import { type ProbeDefinition, probeRequest } from './probe-definition.ts'

const uprobe = (over: Partial<Extract<ProbeDefinition, { kind: 'uprobe' }>> = {}): ProbeDefinition => ({
  kind: 'uprobe',
  event: 3,
  at: 'entry',
  openPath: '/proc/42/fd/17',
  fileOffset: 4096,
  semaphoreOffset: 0,
  arguments: [],
  ...over,
})
const kprobe = (name: string): ProbeDefinition => ({
  kind: 'kprobe',
  event: 0,
  at: 'return',
  function: name,
  functionOffset: 0,
  arguments: [],
})

describe('probeRequest', () => {
  it('writes fields of the protocol', () => {
    expect(probeRequest(1, uprobe())).toBe('uprobe 1 3 entry 42 17 4096 0')
    expect(probeRequest(2, kprobe('vfs_read.isra.0'))).toBe('kprobe 2 0 return vfs_read.isra.0 0')
    const values = probeRequest(
      3,
      uprobe({
        arguments: [
          { name: 'len', type: 'u64', base: { from: 'register', name: 'dx' } },
          { name: 'path', type: 'string', base: { from: 'register', name: 'si' }, dereferences: [{ offset: 0 }] },
          { name: 'deep', type: 's32', base: { from: 'stack', word: 2 }, dereferences: [{ offset: -8 }, { offset: 16, user: true }] },
          { name: 'who', type: 'string', base: { from: 'comm' } },
          { name: 'one', type: 'u8', base: { from: 'constant', value: -1 } },
          { name: 'second', type: 'u8', base: { from: 'argument', position: 2 } },
          { name: 'r', type: 's64', base: { from: 'return' } },
        ],
      }),
    )
    expect(values).toBe(
      'uprobe 3 3 entry 42 17 4096 0 len:u64:%dx path:string:%si:0 deep:s32:stack2:-8:u16 who:string:comm one:u8:imm-1 second:u8:arg2 r:s64:ret',
    )
  })

  it('has no form for anything that could be more than one field', () => {
    const name = (text: string) => uprobe({ arguments: [{ name: text, type: 'u64', base: { from: 'return' } }] })
    const register = (text: string) => uprobe({ arguments: [{ name: 'a', type: 'u64', base: { from: 'register', name: text } }] })
    const refused = [
      kprobe('vfs_read 0\nkprobe 9 9 entry vfs_write'),
      kprobe('vfs read'),
      kprobe(''),
      kprobe('*'),
      kprobe('x'.repeat(128)),
      uprobe({ openPath: '/proc/self/fd/3' }),
      uprobe({ openPath: '/proc/42/fd/17/../../43/fd/1' }),
      uprobe({ openPath: '/usr/bin/dd' }),
      uprobe({ fileOffset: 1.5 }),
      uprobe({ fileOffset: Number.NaN }),
      uprobe({ event: 2 ** 60 }),
      name('a b'),
      name('a:u64:ret b'),
      name('1a'),
      name(''),
      name('é'),
      register('di b:u64:%si'),
      register('DI'),
      register(''),
    ]
    for (const probe of refused) expect(() => probeRequest(1, probe), JSON.stringify(probe)).toThrow(RangeError)
  })
})
