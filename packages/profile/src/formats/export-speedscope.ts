import type { Profile, ProfileMeta } from '../profile.ts'
import { ProfileFormatError } from '../profile-format-error.ts'
import { moduleText } from './module-text.ts'
import { writeThreadName } from './speedscope-thread-name.ts'
import { TextChunks } from './text-chunks.ts'

/** Frames written over all samples, at most: a stack is written out anew for each, and speedscope must hold them all. */
const MAX_FRAMES = 20_000_000

const UNITS: Record<ProfileMeta['unit'], string> = { samples: 'none', count: 'none', ns: 'nanoseconds', bytes: 'bytes' }

/**
 * speedscope's file format (speedscope.app/file-format-schema.json): a sampled profile for each thread, its samples in order of time,
 * neighbours with one stack added up. Where that is more than speedscope can hold, equal stacks of a thread are added up whatever lies
 * between; where even that is too much, throws `ProfileFormatError`.
 */
export function exportSpeedscope(profile: Profile, title: string): Uint8Array<ArrayBuffer> {
  const { meta, strings, hosts, threads, frames } = profile
  const out = new TextChunks()
  const depths = stackDepths(profile)
  let runs = runsOfThreads(profile, false)
  if (framesOf(runs, depths) > MAX_FRAMES) runs = runsOfThreads(profile, true)
  if (framesOf(runs, depths) > MAX_FRAMES) {
    throw new ProfileFormatError(
      'has too many distinct stacks for a speedscope file: choose a process or a shorter time, or another format',
    )
  }
  out.add(
    `{"$schema":"https://www.speedscope.app/file-format-schema.json","exporter":"Sonde","name":${json(title)},"activeProfileIndex":0,`,
  )
  out.add('"shared":{"frames":[')
  for (let frame = 0; frame < frames.length; frame++) {
    const name = json(strings[frames.name[frame] ?? 0] ?? '')
    const module = moduleText(strings[frames.module[frame] ?? 0] ?? '', frames.kind[frame] ?? 0, 0)
    out.add(`${frame === 0 ? '' : ','}{"name":${name}${module === '' ? '' : `,"file":${json(module)}`}}`)
  }
  out.add(']},"profiles":[')
  let isFirst = true
  for (const [thread, run] of runs) {
    const host = threads.host[thread] ?? 0
    const name = writeThreadName({
      comm: strings[threads.comm[thread] ?? 0] ?? '',
      pid: threads.pid[thread] ?? -1,
      tid: threads.tid[thread] ?? -1,
      hostName: hosts.name[host] || hosts.id[host] || '',
    })
    const total = run.weights.reduce((sum, weight) => sum + weight, 0)
    out.add(
      `${isFirst ? '' : ','}\n{"type":"sampled","name":${json(name)},"unit":"${UNITS[meta.unit]}","startValue":0,"endValue":${total},"samples":[`,
    )
    isFirst = false
    for (let i = 0; i < run.stacks.length; i++) out.add(`${i === 0 ? '' : ','}[${pathOf(profile, run.stacks[i] ?? -1)}]`)
    out.add(`],"weights":[${run.weights.join(',')}]}`)
  }
  out.add(']}\n')
  return out.finish()
}

type Run = { stacks: number[]; weights: number[] }

function runsOfThreads({ samples }: Profile, addUpAll: boolean): Map<number, Run> {
  const runs = new Map<number, Run & { places: Map<number, number> }>()
  for (let i = 0; i < samples.length; i++) {
    const weight = samples.weight[i] ?? 0
    if (weight === 0) continue
    const thread = samples.thread[i] ?? 0
    const stack = samples.stack[i] ?? -1
    let run = runs.get(thread)
    if (!run) {
      run = { stacks: [], weights: [], places: new Map() }
      runs.set(thread, run)
    }
    const last = run.stacks.length - 1
    const place = addUpAll ? run.places.get(stack) : run.stacks[last] === stack ? last : undefined
    if (place !== undefined) run.weights[place] = (run.weights[place] ?? 0) + weight
    else {
      if (addUpAll) run.places.set(stack, run.stacks.length)
      run.stacks.push(stack)
      run.weights.push(weight)
    }
  }
  return runs
}

function stackDepths({ stacks }: Profile): Uint16Array {
  const depths = new Uint16Array(stacks.length)
  for (let i = 0; i < stacks.length; i++) {
    const parent = stacks.parent[i] ?? -1
    depths[i] = parent < 0 ? 1 : (depths[parent] ?? 0) + 1
  }
  return depths
}

function framesOf(runs: Map<number, Run>, depths: Uint16Array): number {
  let sum = 0
  for (const { stacks } of runs.values()) for (const stack of stacks) sum += depths[stack] ?? 0
  return sum
}

/** Outermost first. */
function pathOf({ stacks }: Profile, stack: number): string {
  const path: number[] = []
  for (let at = stack; at >= 0; at = stacks.parent[at] ?? -1) path.push(stacks.frame[at] ?? 0)
  return path.reverse().join(',')
}

/** What reorders text or draws nothing is escaped, so that the file itself reads as it is; whoever parses it gets the name back. */
function json(text: string): string {
  return JSON.stringify(text).replace(/[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from({ length: character.length }, (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`).join(''),
  )
}
