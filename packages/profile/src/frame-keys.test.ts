import { describe, expect, it } from 'vitest'
import { buildCallTree } from './build-call-tree.ts'
import { findFrame, frameKey, keyOfFrame } from './frame-keys.ts'
import { mergeProfiles } from './merge-profiles.ts'
import { pathKey } from './path-key.ts'
import { FRAME_KIND } from './profile.ts'
import { syntheticProfile } from './synthetic-profile.ts'

const profile = syntheticProfile({ nodes: 20_000, seed: 4 })

describe('frame keys', () => {
  it('find their function, each another one', () => {
    const keys = new Set<string>()
    for (let frame = 0; frame < profile.frames.length; frame++) keys.add(keyOfFrame(profile, frame))
    expect(keys.size).toBe(profile.frames.length)
    for (let frame = 0; frame < profile.frames.length; frame += 61) expect(findFrame(profile, keyOfFrame(profile, frame))).toBe(frame)
  })

  it('find the same function where the tables are in another order', () => {
    const grown = mergeProfiles([syntheticProfile({ nodes: 500, seed: 11 }), profile])
    for (let frame = 0; frame < profile.frames.length; frame += 61) {
      const key = keyOfFrame(profile, frame)
      expect(keyOfFrame(grown, findFrame(grown, key))).toBe(key)
    }
  })

  it('tell apart what differs in name, module or kind alone', () => {
    const keys = [
      frameKey('read', 'libc.so', FRAME_KIND.user),
      frameKey('read', '', FRAME_KIND.user),
      frameKey('read', 'libc.so', FRAME_KIND.inlined),
      frameKey('write', 'libc.so', FRAME_KIND.user),
      frameKey('libc.so', 'read', FRAME_KIND.user),
    ]
    expect(new Set(keys).size).toBe(keys.length)
  })

  it('are the path key of a frame right under the root', () => {
    const tree = buildCallTree(profile, { group: 'merged', order: 'weight' })
    const key = frameKey(tree.labels[tree.label[1] ?? 0] ?? '', tree.modules[tree.module[1] ?? 0] ?? '', tree.kind[1] ?? 0)
    expect(pathKey(tree, 1)).toBe(key)
  })

  it('are nothing where unknown', () => {
    for (const key of ['', '00000000000000', '../../etc', 'ABCDEFGHIJKLMN']) expect(findFrame(profile, key)).toBe(-1)
  })

  it('never change: links hold them', () => {
    expect(frameKey('tcp_sendmsg', '[kernel]', FRAME_KIND.kernel)).toMatchInlineSnapshot(`"1yp3mfk1mgjng1"`)
  })
})
