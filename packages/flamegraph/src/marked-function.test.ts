import { buildCallTree, FRAME_KIND, ProfileBuilder } from '@sonde/profile'
import { describe, expect, it } from 'vitest'
import { framesOfFunction, isMarked } from './marked-function.ts'

describe('a marked function', () => {
  const builder = new ProfileBuilder()
  const thread = builder.addThread(builder.addHost('h', 'h'), 1, 1, 'read')
  const read = builder.addFrame('read', 'libc.so', FRAME_KIND.user)
  const main = builder.addStack(-1, builder.addFrame('main', 'app', FRAME_KIND.user))
  builder.addSample(builder.addStack(builder.addStack(main, read), read), thread, 0, 1)
  builder.addSample(builder.addStack(main, builder.addFrame('read', 'app', FRAME_KIND.user)), thread, 0, 1)
  builder.addSample(builder.addStack(main, builder.addFrame('read', 'libc.so', FRAME_KIND.inlined)), thread, 0, 1)
  const tree = buildCallTree(builder.build(), { group: 'process', order: 'name' })
  const marks = (of: Parameters<typeof framesOfFunction>[1]) => {
    const frames = framesOfFunction(tree, of)
    return frames ? Array.from({ length: tree.length }, (_, node) => node).filter((node) => isMarked(tree, frames, node)).length : null
  }

  it('is every frame of its name, library and kind, and no other', () => {
    expect(marks({ name: 'read', module: 'libc.so', kind: FRAME_KIND.user })).toBe(2)
    expect(marks({ name: 'read', module: 'app', kind: FRAME_KIND.user })).toBe(1)
    expect(marks({ name: 'read', module: 'libc.so', kind: FRAME_KIND.inlined })).toBe(1)
    expect(marks({ name: 'main', module: 'libc.so', kind: FRAME_KIND.user })).toBe(0)
  })

  it('is none where the tree does not know it', () => {
    expect(marks({ name: 'write', module: 'libc.so', kind: FRAME_KIND.user })).toBeNull()
    expect(marks({ name: 'read', module: 'libm.so', kind: FRAME_KIND.user })).toBeNull()
    expect(marks(null)).toBeNull()
  })
})
