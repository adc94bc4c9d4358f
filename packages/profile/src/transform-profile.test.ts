import { describe, expect, it } from 'vitest'
import { buildCallTree } from './build-call-tree.ts'
import { type CallTree, GROUP_KIND } from './call-tree.ts'
import { frameKey } from './frame-keys.ts'
import { FRAME_KIND, type FrameKind, type Profile } from './profile.ts'
import { ProfileBuilder } from './profile-builder.ts'
import { seededRandom } from './seeded-random.ts'
import { moduleKey, transformOfNode } from './target-keys.ts'
import { STACK_TRANSFORM_KINDS, type StackTransform } from './transform.ts'
import { transformProfile } from './transform-profile.ts'

/** A frame as text, `name|module|kind`, so that stacks are arrays of strings: the plain way that the columns must agree with. */
type Sample = { thread: number; timeUs: number; weight: number; stack: string[] }

const frameText = (name: string, module: string, kind: number) => `${name}|${module}|${kind}`
const parts = (frame: string) => {
  const [name = '', module = '', kind = '0'] = frame.split('|')
  return { name, module, kind: Number(kind) as FrameKind }
}

function profileOf(samples: readonly Sample[]): Profile {
  const builder = new ProfileBuilder()
  const host = builder.addHost('h', 'h')
  const threads = [1, 2].map((tid) => builder.addThread(host, 1, tid, 'app'))
  for (const { thread, timeUs, weight, stack } of samples) {
    let row = -1
    for (const frame of stack) {
      const { name, module, kind } = parts(frame)
      row = builder.addStack(row, builder.addFrame(name, module, kind))
    }
    builder.addSample(row, threads[thread] ?? 0, timeUs, weight)
  }
  return builder.build()
}

function samplesOf({ strings, frames, stacks, samples }: Profile): Sample[] {
  return Array.from({ length: samples.length }, (_, i) => {
    const stack: string[] = []
    for (let at = samples.stack[i] ?? -1; at >= 0; at = stacks.parent[at] ?? -1) {
      const frame = stacks.frame[at] ?? 0
      stack.unshift(frameText(strings[frames.name[frame] ?? 0] ?? '', strings[frames.module[frame] ?? 0] ?? '', frames.kind[frame] ?? 0))
    }
    return { thread: samples.thread[i] ?? 0, timeUs: samples.timeUs[i] ?? 0, weight: samples.weight[i] ?? 0, stack }
  })
}

/** Few names, so that recursion, twins in other libraries and equal paths abound. */
const FRAMES = [
  frameText('main', 'app', FRAME_KIND.user),
  frameText('parse', 'app', FRAME_KIND.user),
  frameText('parse', 'libjson.so', FRAME_KIND.user),
  frameText('parse', 'libjson.so', FRAME_KIND.inlined),
  frameText('read', 'libc.so', FRAME_KIND.user),
  frameText('sys_read', '[kernel]', FRAME_KIND.kernel),
  frameText('jit', '', FRAME_KIND.jit),
  frameText('[unknown]', 'libc.so', FRAME_KIND.unknown),
]

function randomSamples(random: () => number): Sample[] {
  const pick = () => FRAMES[Math.floor(random() * FRAMES.length)] ?? ''
  const known: string[][] = [[]]
  return Array.from({ length: 60 }, (_, i) => {
    const base = known[Math.floor(random() * known.length)] ?? []
    const stack = [...base.slice(0, Math.floor(random() * (base.length + 1))), ...Array.from({ length: Math.floor(random() * 5) }, pick)]
    if (random() < 0.5) known.push(stack)
    return { thread: random() < 0.5 ? 0 : 1, timeUs: i, weight: 1 + Math.floor(random() * 9), stack }
  })
}

/** A transform with the frames that its keys stand for. */
type Named = { transform: StackTransform; path: string[]; frame: string; module: string }

/** What a stack becomes, null where it is dropped: read off the words of transform.ts, without a thought for speed. */
function plainly({ transform: { kind }, path, frame, module }: Named, stack: string[], all: readonly Sample[]): string[] | null {
  const inModule = (text: string | undefined) => text !== undefined && parts(text).module === module
  const beginsWithPath = path.every((step, i) => stack[i] === step)
  switch (kind) {
    case 'focus-subtree':
      return beginsWithPath ? stack.slice(path.length - 1) : null
    case 'focus-callers': {
      const end = stack.slice(stack.length - path.length).reverse()
      return stack.length >= path.length && path.every((step, i) => end[i] === step) ? stack.slice(0, stack.length - path.length + 1) : null
    }
    case 'focus-function':
      return stack.includes(frame) ? stack.slice(stack.indexOf(frame)) : null
    case 'focus-module':
      return stack.some(inModule) ? stack.filter(inModule) : null
    case 'merge-function':
      return stack.filter((step) => step !== frame)
    case 'merge-node':
      return beginsWithPath ? [...stack.slice(0, path.length - 1), ...stack.slice(path.length)] : stack
    case 'drop-function':
      return stack.includes(frame) ? null : stack
    case 'collapse-function':
      return stack.includes(frame) ? stack.slice(0, stack.indexOf(frame) + 1) : stack
    case 'collapse-recursion':
      return stack.includes(frame) ? [...stack.slice(0, stack.indexOf(frame)), ...stack.slice(stack.lastIndexOf(frame))] : stack
    case 'collapse-direct-recursion':
      return stack.filter((step, i) => !(step === frame && stack[i - 1] === frame))
    case 'collapse-module': {
      const kinds = new Set(all.flatMap((sample) => sample.stack.filter(inModule).map((step) => parts(step).kind)))
      const best = [FRAME_KIND.kernel, FRAME_KIND.user, FRAME_KIND.jit, FRAME_KIND.inlined].find((one) => kinds.has(one))
      const one = frameText(module, module, best ?? FRAME_KIND.unknown)
      return stack.flatMap((step, i) => (inModule(step) ? (inModule(stack[i - 1]) ? [] : [one]) : [step]))
    }
  }
}

function applyPlainly(samples: readonly Sample[], named: Named): Sample[] {
  return samples.flatMap((sample) => {
    const stack = plainly(named, sample.stack, samples)
    return stack === null ? [] : [{ ...sample, stack }]
  })
}

function frameOfNode(tree: CallTree, node: number): string {
  return frameText(tree.labels[tree.label[node] ?? 0] ?? '', tree.modules[tree.module[node] ?? 0] ?? '', tree.kind[node] ?? 0)
}

/** A transform as the menu makes it: of a random node of the call tree, which is inverted for `focus-callers`. */
function randomTransform(profile: Profile, random: () => number, kind: StackTransform['kind']): Named | null {
  const tree = buildCallTree(profile, { group: random() < 0.5 ? 'thread' : 'merged', order: 'name', invert: kind === 'focus-callers' })
  const node = Math.floor(random() * tree.length)
  const transform = transformOfNode(tree, node, kind === 'focus-callers' ? 'focus-subtree' : kind)
  if (transform === null) return null
  const path: string[] = []
  for (let at = node; (tree.kind[at] ?? 0) < GROUP_KIND.root; at = tree.parent[at] ?? 0) path.unshift(frameOfNode(tree, at))
  return { transform, path, frame: frameOfNode(tree, node), module: tree.modules[tree.module[node] ?? 0] ?? '' }
}

const weightOf = (samples: readonly Sample[]) => samples.reduce((sum, sample) => sum + sample.weight, 0)
const DROPPING = new Set(['focus-subtree', 'focus-callers', 'focus-function', 'focus-module', 'drop-function'])

describe.each(STACK_TRANSFORM_KINDS)('%s', (kind) => {
  it('does to every stack what its words say', () => {
    let tried = 0
    for (let seed = 1; seed <= 60; seed++) {
      const random = seededRandom(seed)
      const samples = randomSamples(random)
      const profile = profileOf(samples)
      const named = randomTransform(profile, random, kind)
      if (named === null) continue
      tried++
      expect(named.transform.kind).toBe(kind)
      const done = transformProfile(profile, [named.transform])
      expect(samplesOf(done.profile)).toEqual(applyPlainly(samples, named))
      expect(done.steps).toEqual([
        { isFound: true, module: named.module, name: 'module' in named.transform ? named.module : parts(named.path.at(-1) ?? '').name },
      ])
      if (!DROPPING.has(kind)) expect(weightOf(samplesOf(done.profile))).toBe(weightOf(samples))
      expectWellFormed(done.profile)
    }
    expect(tried).toBeGreaterThan(20)
  })

  it('changes nothing when it is done twice', () => {
    // A focused path is another one afterwards, and a merged place may have a twin move up to it.
    if (kind === 'focus-subtree' || kind === 'focus-callers' || kind === 'merge-node') return
    for (let seed = 1; seed <= 20; seed++) {
      const random = seededRandom(seed)
      const profile = profileOf(randomSamples(random))
      const named = randomTransform(profile, random, kind)
      if (named === null) continue
      const once = samplesOf(transformProfile(profile, [named.transform]).profile)
      expect(samplesOf(transformProfile(profile, [named.transform, named.transform]).profile)).toEqual(once)
    }
  })
})

describe('a list of transforms', () => {
  it('is applied one after the other', () => {
    for (let seed = 100; seed < 160; seed++) {
      const random = seededRandom(seed)
      let samples = randomSamples(random)
      const profile = profileOf(samples)
      const transforms: StackTransform[] = []
      for (let step = 0; step < 5; step++) {
        const kind = STACK_TRANSFORM_KINDS[Math.floor(random() * STACK_TRANSFORM_KINDS.length)] ?? 'merge-function'
        const now = transformProfile(profile, transforms).profile
        const named = randomTransform(now, random, kind)
        if (named === null) continue
        // What a library's kinds are is asked of the whole frame table, which also knows frames that no stack has any more.
        if (kind === 'collapse-module') continue
        transforms.push(named.transform)
        samples = applyPlainly(samples, named)
      }
      expect(samplesOf(transformProfile(profile, transforms).profile)).toEqual(samples)
    }
  })

  it('passes over targets that are not there, and garbage', () => {
    const samples = randomSamples(seededRandom(9))
    const profile = profileOf(samples)
    const nowhere: StackTransform[] = [
      { kind: 'focus-subtree', path: '00000000000000' },
      { kind: 'merge-node', path: '' },
      { kind: 'focus-callers', path: '00000000000000', leaf: frameKey('read', 'libc.so', FRAME_KIND.user), frames: 2 },
      { kind: 'focus-callers', path: '00000000000000', leaf: '', frames: 1e9 },
      { kind: 'drop-function', function: frameKey('read', 'libc.so', FRAME_KIND.kernel) },
      { kind: 'focus-function', function: 'main' },
      { kind: 'collapse-module', module: moduleKey('libc.so.7') },
      { kind: 'focus-module', module: 'ABCDEFGHIJKLMN' },
    ]
    const done = transformProfile(profile, nowhere)
    expect(done.profile).toBe(profile)
    expect(done.steps).toEqual(nowhere.map(() => ({ name: '', module: '', isFound: false })))
    const mixed = transformProfile(profile, [...nowhere, { kind: 'drop-function', function: frameKey('main', 'app', FRAME_KIND.user) }])
    expect(samplesOf(mixed.profile)).toEqual(samples.filter(({ stack }) => !stack.includes(FRAMES[0] ?? '')))
    expect(mixed.steps.at(-1)).toEqual({ name: 'main', module: 'app', isFound: true })
  })

  it('keeps what has no frame left, and drops it with the next focus', () => {
    const [main = '', parse = ''] = FRAMES
    const profile = profileOf([
      { thread: 0, timeUs: 1, weight: 2, stack: [main] },
      { thread: 0, timeUs: 2, weight: 3, stack: [main, parse] },
      { thread: 0, timeUs: 3, weight: 4, stack: [] },
    ])
    const of = (frame: string) => frameKey(parts(frame).name, parts(frame).module, parts(frame).kind)
    const merged: StackTransform[] = [{ kind: 'merge-function', function: of(main) }]
    expect(samplesOf(transformProfile(profile, merged).profile).map(({ stack }) => stack)).toEqual([[], [parse], []])
    const focused: StackTransform[] = [...merged, { kind: 'focus-function', function: of(parse) }]
    expect(samplesOf(transformProfile(profile, focused).profile).map(({ stack }) => stack)).toEqual([[parse]])
    const emptied: StackTransform[] = [
      ...focused,
      { kind: 'merge-function', function: of(parse) },
      { kind: 'collapse-recursion', function: of(parse) },
    ]
    expect(samplesOf(transformProfile(profile, emptied).profile)).toEqual([{ thread: 0, timeUs: 2, weight: 3, stack: [] }])
  })

  it('takes stacks of the greatest depth', () => {
    const deep = profileOf([{ thread: 0, timeUs: 0, weight: 1, stack: Array.from({ length: 60_000 }, (_, i) => FRAMES[i % 2] ?? '') }])
    const key = frameKey('parse', 'app', FRAME_KIND.user)
    expect(samplesOf(transformProfile(deep, [{ kind: 'collapse-recursion', function: key }]).profile)[0]?.stack).toHaveLength(2)
    expect(transformProfile(deep, [{ kind: 'merge-function', function: key }]).profile.stacks.length).toBe(30_000)
  })
})

/** Rules that other code relies on: parents come first, every index has a row, columns are as long as they say. */
function expectWellFormed({ frames, stacks, samples, strings }: Profile): void {
  for (const column of [stacks.parent, stacks.frame]) expect(column).toHaveLength(stacks.length)
  for (const column of [samples.stack, samples.thread, samples.timeUs, samples.weight, samples.count])
    expect(column).toHaveLength(samples.length)
  for (const column of [frames.name, frames.module, frames.kind]) expect(column).toHaveLength(frames.length)
  expect(stacks.parent.every((parent, row) => parent >= -1 && parent < row)).toBe(true)
  expect(stacks.frame.every((frame) => frame < frames.length)).toBe(true)
  expect(Math.max(-1, ...samples.stack)).toBeLessThan(stacks.length)
  expect(Math.max(0, ...frames.name, ...frames.module)).toBeLessThan(strings.length)
}
