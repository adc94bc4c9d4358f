import { cpus } from 'node:os'
import { gzipSync } from 'node:zlib'
import {
  buildCallTree,
  decodeProfile,
  encodeProfile,
  findByPathKey,
  mergeProfiles,
  type Profile,
  ProfileBuilder,
  pathKey,
  STACK_TRANSFORM_KINDS,
  syntheticProfile,
  transformOfNode,
  transformProfile,
} from '@sonde/profile'

/**
 * What a profile costs: building, encoding, decoding, merging and adding it up to a call tree, for 100k and 1M samples of a
 * seeded synthetic profile, and transforms of a million distinct stacks. In one process, after warming up; median and range of n runs.
 *
 *   npx tsx bench/profile.ts [--runs 9]
 */
const runsFlag = process.argv.indexOf('--runs')
const runs = runsFlag > 0 ? Number(process.argv[runsFlag + 1]) : 9
if (!(runs >= 1)) throw new Error('--runs takes a number')

const WARM_UPS = 2

/** `rows`: what one run works through, for the rate. */
function measure(what: string, rows: number, run: () => unknown, unit = 'samples'): void {
  const tookMs: number[] = []
  for (let i = -WARM_UPS; i < runs; i++) {
    const startedMs = performance.now()
    run()
    if (i >= 0) tookMs.push(performance.now() - startedMs)
  }
  tookMs.sort((a, b) => a - b)
  const [least = 0, median = 0, most = 0] = [tookMs[0], tookMs[tookMs.length >> 1], tookMs.at(-1)]
  const perSecond = rows / median / 1000
  const cells = [
    what.padEnd(34),
    `${median.toFixed(1)} ms`.padStart(10),
    `${least.toFixed(1)}–${most.toFixed(1)}`.padStart(14),
    `n=${runs}`.padStart(6),
  ]
  console.log(`  ${cells.join(' ')} ${`${perSecond.toFixed(1)} M ${unit}/s`.padStart(18)}`)
}

/** The builder's work as the agent does it: each sample's stack frame by frame, names known as indexes. */
function rebuild({ meta, strings, hosts, threads, frames, stacks, samples }: Profile): Profile {
  const builder = new ProfileBuilder(meta)
  const names = strings.map((text) => builder.addString(text))
  for (let i = 0; i < hosts.length; i++) builder.addHost(hosts.id[i] ?? '', hosts.name[i] ?? '')
  for (let i = 0; i < threads.length; i++) {
    builder.addThread(threads.host[i] ?? 0, threads.pid[i] ?? 0, threads.tid[i] ?? 0, strings[threads.comm[i] ?? 0] ?? '')
  }
  const path: number[] = []
  for (let i = 0; i < samples.length; i++) {
    path.length = 0
    for (let at = samples.stack[i] ?? -1; at >= 0; at = stacks.parent[at] ?? -1) path.push(stacks.frame[at] ?? 0)
    let stack = -1
    for (let j = path.length - 1; j >= 0; j--) {
      const frame = path[j] ?? 0
      stack = builder.addStack(
        stack,
        builder.addFrameRow(names[frames.name[frame] ?? 0] ?? 0, names[frames.module[frame] ?? 0] ?? 0, frames.kind[frame] ?? 0),
      )
    }
    builder.addSample(stack, samples.thread[i] ?? 0, samples.timeUs[i] ?? 0, samples.weight[i] ?? 0)
  }
  return builder.build()
}

console.log(`node ${process.version}, ${cpus()[0]?.model ?? 'unknown CPU'} × ${cpus().length}; median, range`)
for (const samples of [100_000, 1_000_000]) {
  const profile = syntheticProfile({ samples, seed: 42, hosts: 4 })
  const parts = [1, 2, 3, 4].map((seed) => syntheticProfile({ samples: samples / 4, nodes: profile.stacks.length, seed, hosts: 4 }))
  const bytes = encodeProfile(profile)
  const gzipped = gzipSync(bytes)
  const tree = buildCallTree(profile, { group: 'process', order: 'weight' })
  const lastKey = pathKey(tree, tree.length - 1)
  console.log(
    `\n${samples.toLocaleString('en')} samples, ${profile.stacks.length.toLocaleString('en')} stacks, ${profile.frames.length.toLocaleString('en')} frames`,
  )
  console.log(
    `  encoded ${(bytes.length / samples).toFixed(2)} bytes/sample (${(bytes.length / 1e6).toFixed(2)} MB), gzipped ${(gzipped.length / samples).toFixed(2)} bytes/sample`,
  )
  measure('build, every frame of each sample', samples, () => rebuild(profile))
  measure('encode', samples, () => encodeProfile(profile))
  measure('decode', samples, () => decodeProfile(bytes))
  measure('merge 4 profiles of a quarter each', samples, () => mergeProfiles(parts))
  for (const group of ['merged', 'process', 'thread'] as const)
    measure(`call tree, ${group}`, samples, () => buildCallTree(profile, { group, order: 'weight' }))
  measure('call tree, process, by name', samples, () => buildCallTree(profile, { group: 'process', order: 'name' }))
  measure('inverted call tree, merged', samples, () => buildCallTree(profile, { group: 'merged', order: 'weight', invert: true }))
  measure('find the last frame by its path key', tree.length, () => findByPathKey(tree, lastKey), 'nodes')
}

// What one transform costs grows with distinct stacks, not with samples.
const wide = syntheticProfile({ nodes: 1_000_000, seed: 42 })
const plain = buildCallTree(wide, { group: 'merged', order: 'weight' })
const frame = Math.floor(plain.length / 3)
console.log(`\n${wide.stacks.length.toLocaleString('en')} stacks, ${wide.samples.length.toLocaleString('en')} samples: transforms`)
for (const kind of STACK_TRANSFORM_KINDS) {
  const transform = transformOfNode(plain, frame, kind)
  if (transform) measure(kind, wide.stacks.length, () => transformProfile(wide, [transform]), 'stacks')
}
measure('flame chart', wide.samples.length, () => buildCallTree(wide, { group: 'thread', order: 'time' }))
