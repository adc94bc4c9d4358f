import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { Profile } from '../profile.ts'
import { importProfile } from './import-profile.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'sonde-perf-data-'))
afterAll(() => rmSync(folder, { recursive: true }))
const recording = path.join(folder, 'perf.data')
const LOAD = 'i=0; while [ $i -lt 40000 ]; do i=$((i+1)); done; (ls -R /usr/share > /dev/null)'
const canRecord =
  spawnSync('perf', ['record', '-F', '999', '-g', '-o', recording, '--', 'bash', '-c', LOAD]).status === 0 && existsSync(recording)

/** One text a sample, in order of time: `comm pid/tid`, then its frames from the inside out, as module and offset. */
function samplesOf({ strings, threads, frames, stacks, samples }: Profile): string[] {
  return Array.from({ length: samples.length }, (_, i) => {
    const thread = samples.thread[i] ?? 0
    const names: string[] = []
    for (let at = samples.stack[i] ?? -1; at >= 0; at = stacks.parent[at] ?? -1)
      names.push(strings[frames.name[stacks.frame[at] ?? 0] ?? 0] ?? '')
    return [`${strings[threads.comm[thread] ?? 0]} ${threads.pid[thread]}/${threads.tid[thread]}`, ...names].join(' ')
  })
}

/** The same of what perf itself prints: for code of a file, perf prints the offset in it where it prints the address. */
function samplesOfPerf(): string[] {
  const text = execFileSync('perf', ['script', '-i', recording, '-F', 'comm,pid,tid,ip,sym,dso'], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  return text
    .split('\n\n')
    .filter((sample) => sample.trim() !== '')
    .map((sample) => {
      const [head = '', ...lines] = sample.trim().split('\n')
      // perf aligns the numbers: a pid below 10,000 has more spaces before it.
      return [head.trim().replace(/\s+(\d+\/\d+)$/, ' $1'), ...lines.map(frameOfPerf)].join(' ')
    })
}

function frameOfPerf(line: string): string {
  const [, address = '', module = ''] = /^\s*([0-9a-f]+) .*\((.*?)\)$/.exec(line) ?? []
  return module === '[unknown]' ? `0x${address}` : `${path.basename(module)}+0x${address}`
}

describe.skipIf(!canRecord)('a recording made here (skipped where perf cannot record)', () => {
  it('has the samples, threads, modules and offsets that perf itself prints', async () => {
    const { profile, notes, format } = await importProfile(new Uint8Array(readFileSync(recording)))
    expect(format).toBe('perf-data')
    const theirs = samplesOfPerf()
    expect(theirs.length).toBeGreaterThan(50)
    const inUserSpace = (samples: string[]) => samples.map((sample) => sample.replaceAll(/ \[[^ ]*\]\+0x[0-9a-f]+/g, ' [kernel]'))
    expect(inUserSpace(samplesOf(profile))).toEqual(inUserSpace(theirs))
    expect(profile.meta).toMatchObject({ event: 'cpu-clock', unit: 'samples', timed: true, startMs: 0 })
    expect(notes[0]).toMatch(/^[\d,]+ frames shown as module and offset/)
  })

  it('comes out the same from a saved stream', async () => {
    const stream = path.join(folder, 'stream')
    execFileSync('bash', ['-c', `perf record -F 999 -g -o - -- bash -c '${LOAD}' > ${stream} 2> /dev/null`])
    const { profile } = await importProfile(new Uint8Array(readFileSync(stream)))
    expect(profile.samples.length).toBeGreaterThan(50)
    expect(samplesOf(profile).some((sample) => /^bash .* bash\+0x/.test(sample))).toBe(true)
  })
})
