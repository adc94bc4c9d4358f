import { Int32Column } from './growable-columns.ts'
import { FRAME_KIND, type FrameKind, type Profile } from './profile.ts'
import { ProfileBuilder } from './profile-builder.ts'
import { seededRandom } from './seeded-random.ts'

export type SyntheticOptions = {
  /** Stack rows: about the number of nodes in the call tree. Default: a fifth of `samples`, at least 200. */
  nodes?: number
  /** Samples, weight 1 each, at random leaves and times. Without it: one sample per leaf (and some inner nodes) with heavy-tailed weights. */
  samples?: number
  seed?: number
  /** Default 1. More than one: processes are dealt out to the hosts. */
  hosts?: number
  /** Default 24. */
  processes?: number
  /** Frames in a stack, at most. Default 95. */
  maxDepth?: number
}

/**
 * A profile to test and to measure with, the same one for the same options: like a merged fleet profile, with deep chains,
 * skewed fan-out, kernel frames at the leaf ends, JIT and unknown frames, several threads per process.
 */
export function syntheticProfile(options: SyntheticOptions = {}): Profile {
  const { seed = 42, hosts = 1, processes = 24, maxDepth = 95 } = options
  const nodes = Math.max(processes, options.nodes ?? Math.max(200, Math.floor((options.samples ?? 1000) / 5)))
  const random = seededRandom(seed)
  const builder = new ProfileBuilder({
    event: 'cpu-clock',
    unit: 'samples',
    periodNs: 10_101_010,
    startMs: 1_760_000_000_000,
    durationMs: 30_000,
    timed: true,
  })
  const frames = addFrames(builder, nodes, random)
  const threads = addThreads(builder, hosts, processes, random)
  const stacks = growStacks(builder, frames, { nodes, processes, maxDepth }, random)

  const hasChild = new Uint8Array(stacks.count)
  for (let i = 0; i < stacks.count; i++) hasChild[stacks.parent.at(i)] = 1
  const sampleAt = (stack: number, weight: number) => {
    const own = threads[stacks.process.at(stack)] ?? []
    const thread = own[Math.floor(random() ** 2 * own.length)] ?? 0
    builder.addSample(stack, thread, Math.floor(random() * 30_000_000), weight)
  }
  if (options.samples === undefined) {
    for (let stack = 0; stack < stacks.count; stack++) {
      if (hasChild[stack] === 0) sampleAt(stack, Math.ceil(1 / (1 - random() * 0.99999) ** 0.8))
      else if (random() < 0.12) sampleAt(stack, Math.ceil(random() * 20))
    }
  } else {
    const leaves = Uint32Array.from({ length: stacks.count }, (_, i) => i).filter((stack) => hasChild[stack] === 0)
    for (let i = 0; i < options.samples; i++) sampleAt(leaves[Math.floor(random() ** 3 * leaves.length)] ?? 0, 1)
  }
  return builder.build()
}

const WORDS = [
  ...['sys', 'vfs', 'tcp', 'ext4', 'read', 'write', 'send', 'recv', 'page', 'fault', 'alloc', 'sched', 'lock', 'futex', 'epoll', 'wait'],
  ...['poll', 'json', 'parse', 'hash', 'http', 'request', 'handle', 'dispatch', 'run', 'task', 'thread', 'main', 'loop', 'index', 'query'],
  ...['row', 'btree', 'flush', 'sync', 'cache', 'lookup', 'insert', 'copy', 'user', 'queue', 'net', 'dev', 'irq', 'timer', 'map', 'worker'],
  ...['encode', 'decode', 'render', 'compile', 'gc', 'mark', 'sweep'],
]

type FramePools = { user: number[]; kernel: number[] }

function addFrames(builder: ProfileBuilder, nodes: number, random: () => number): FramePools {
  const count = Math.max(64, Math.min(20_000, nodes >> 3))
  const pools: FramePools = { user: [], kernel: [] }
  for (let i = 0; i < count; i++) {
    const words = Array.from({ length: 2 + Math.floor(random() * 4) }, () => WORDS[Math.floor(random() * WORDS.length)] ?? '')
    const draw = random()
    if (draw < 0.25) pools.kernel.push(builder.addFrame(`${words.join('_')}_${i.toString(36)}`, '[kernel.kallsyms]', FRAME_KIND.kernel))
    else {
      const [kind, module]: [FrameKind, string] =
        draw < 0.4 ? [FRAME_KIND.jit, ''] : draw < 0.43 ? [FRAME_KIND.unknown, `lib${i % 40}.so`] : [FRAME_KIND.user, `lib${i % 40}.so`]
      pools.user.push(builder.addFrame(`${words.join('::')}_${i.toString(36)}`, module, kind))
    }
  }
  return pools
}

/** Thread rows by process; the first of each is its main thread. */
function addThreads(builder: ProfileBuilder, hosts: number, processes: number, random: () => number): number[][] {
  return Array.from({ length: processes }, (_, process) => {
    const host = builder.addHost(`host-${process % hosts}`, `web-${process % hosts}`)
    const pid = 1000 + process * 10
    const comm = `${WORDS[(process * 7) % WORDS.length]}-srv`
    const workers = Math.floor(random() * 4)
    return Array.from({ length: 1 + workers }, (_, t) => builder.addThread(host, pid, pid + t, t === 0 ? comm : `${comm}/${t}`))
  })
}

type GrownStacks = { count: number; parent: Int32Column; process: Int32Column }

/** A random walk: mostly one frame deeper, sometimes back towards an ancestor, rarely to any other stack. */
function growStacks(
  builder: ProfileBuilder,
  pools: FramePools,
  { nodes, processes, maxDepth }: { nodes: number; processes: number; maxDepth: number },
  random: () => number,
): GrownStacks {
  const parents = new Int32Column(nodes)
  const process = new Int32Column(nodes)
  const kernel = new Int32Column(nodes)
  const add = (parent: number, owner: number) => {
    const inKernel = (parent >= 0 && kernel.at(parent) === 1) || (parent >= 0 && random() < 0.04)
    const pool = inKernel ? pools.kernel : pools.user
    const before = builder.stackCount
    const row = builder.addStack(parent, pool[Math.floor(random() ** 2.2 * pool.length)] ?? 0)
    if (builder.stackCount === before) return row
    parents.push(parent)
    process.push(owner)
    kernel.push(inKernel ? 1 : 0)
    return row
  }
  // The root frames differ, so that each subtree belongs to one process.
  for (let owner = 0; owner < processes; owner++) {
    builder.addStack(-1, builder.addFrame(`_start_${owner}`, 'ld.so', FRAME_KIND.user))
    parents.push(-1)
    process.push(owner)
    kernel.push(0)
  }
  let at = 0
  // Where names are few, a walk may keep meeting stacks that exist already: end it some time.
  for (let step = 0; builder.stackCount < nodes && step < nodes * 20; step++) {
    const draw = random()
    if (draw >= 0.98) at = Math.floor(random() * builder.stackCount)
    else if (draw >= 0.8 || builder.depthOf(at) >= maxDepth) {
      const target = Math.max(1, Math.floor(builder.depthOf(at) * (1 - 0.3 * random())) - 1)
      while (builder.depthOf(at) > target) at = parents.at(at)
    }
    if (builder.depthOf(at) < maxDepth) at = add(at, process.at(at))
  }
  return { count: builder.stackCount, parent: parents, process }
}
