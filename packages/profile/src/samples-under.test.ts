import { expect, it } from 'vitest'
import { FRAME_KIND } from './profile.ts'
import { ProfileBuilder } from './profile-builder.ts'
import { samplesUnder } from './samples-under.ts'
import { selectionTotals } from './selection-totals.ts'
import { syntheticProfile } from './synthetic-profile.ts'

function profileOf(stacks: readonly { frames: readonly [name: string, kind: number][]; pid?: number; timeUs?: number; weight?: number }[]) {
  const builder = new ProfileBuilder()
  const host = builder.addHost('host-1', 'one')
  for (const { frames, pid = 7, timeUs = 0, weight = 1 } of stacks) {
    let stack = -1
    for (const [name, kind] of frames) stack = builder.addStack(stack, builder.addFrame(name, '[kernel]', kind as never))
    builder.addSample(stack, builder.addThread(host, pid, pid, 'app'), timeUs, weight)
  }
  return builder.build()
}
const K = FRAME_KIND.kernel
const U = FRAME_KIND.user

it('counts what lies under a kernel function, at any depth, once', () => {
  const profile = profileOf([
    {
      frames: [
        ['main', U],
        ['do_syscall_64', K],
        ['ksys_write', K],
      ],
      weight: 2,
    },
    {
      frames: [
        ['main', U],
        ['do_syscall_64', K],
        ['ksys_write', K],
        ['vfs_write', K],
      ],
    },
    {
      frames: [
        ['main', U],
        ['__x64_sys_write', K],
        ['ksys_write.isra.0', K],
      ],
    },
    {
      frames: [
        ['main', U],
        ['do_syscall_64', K],
        ['ksys_read', K],
      ],
    },
    // A function of a program that happens to be called so.
    { frames: [['ksys_write', U]] },
    { frames: [] },
  ])
  expect(samplesUnder(profile, { names: ['ksys_write', '__x64_sys_write'], selection: {} })).toEqual({
    weight: 4,
    count: 3,
    totalWeight: 7,
    totalCount: 6,
  })
  expect(samplesUnder(profile, { names: [], selection: {} })).toMatchObject({ weight: 0, count: 0 })
  // No name is cut down to nothing.
  expect(samplesUnder(profile, { names: [''], selection: {} }).count).toBe(0)
})

it('keeps to the selection', () => {
  const frames: [string, number][] = [['ksys_write', K]]
  const profile = profileOf([
    { frames, timeUs: 1 },
    { frames, timeUs: 5, pid: 8 },
    { frames, timeUs: 9 },
  ])
  const under = (selection: object) => samplesUnder(profile, { names: ['ksys_write'], selection }).count
  expect(under({ process: { hostId: 'host-1', pid: 7 } })).toBe(2)
  expect(under({ window: { fromUs: 2, toUs: 6 } })).toBe(1)
  expect(under({ hostId: 'host-2' })).toBe(0)
})

it('is all of the kernel’s part under all of its names, and the rest of the selection is its total', () => {
  const profile = syntheticProfile({ samples: 2000, hosts: 2, seed: 3 })
  const names = [...new Set(Array.from(profile.frames.name, (name) => profile.strings[name] ?? ''))]
  const isKernel = (stack: number): boolean =>
    stack >= 0 && (profile.frames.kind[profile.stacks.frame[stack] ?? 0] === K || isKernel(profile.stacks.parent[stack] ?? -1))
  const selection = { window: { fromUs: 2e6, toUs: 9e6 } }
  const expected = Array.from(profile.samples.stack).filter((stack, i) => {
    const time = profile.samples.timeUs[i] ?? 0
    return time >= 2e6 && time < 9e6 && isKernel(stack)
  })
  const under = samplesUnder(profile, { names, selection })
  expect(expected.length).toBeGreaterThan(0)
  expect(under.count).toBe(expected.length)
  const { weight, count } = selectionTotals(profile, selection)
  expect([under.totalWeight, under.totalCount]).toEqual([weight, count])
})
