import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { toFolded } from './fold-profile.ts'
import { importPerfScript, parsePerfScript } from './parse-perf-script.ts'
import { FRAME_KIND, type Profile } from './profile.ts'

const oracle = new URL('../../../../shared/oracle/', import.meta.url)
const hasOracle = existsSync(new URL('perf-script/', oracle))
const read = (path: string) => readFileSync(new URL(path, oracle), 'latin1')

/** Stack of a sample, outermost first: `name@module#kind`. */
function stackOf({ strings, frames, stacks, samples }: Profile, sample: number): string[] {
  const names: string[] = []
  for (let at = samples.stack[sample] ?? -1; at >= 0; at = stacks.parent[at] ?? -1) {
    const frame = stacks.frame[at] ?? 0
    names.push(`${strings[frames.name[frame] ?? 0]}@${strings[frames.module[frame] ?? 0]}#${frames.kind[frame]}`)
  }
  return names.reverse()
}

function threadsOf({ strings, threads }: Profile): string[] {
  return Array.from({ length: threads.length }, (_, i) => `${strings[threads.comm[i] ?? 0]} ${threads.pid[i]}/${threads.tid[i]}`)
}

describe.skipIf(!hasOracle)('perf script, recorded (skipped without ../shared/oracle)', () => {
  it('reads every sample of a 10 s heat map, 1,285 of them not idle', () => {
    const text = gunzipSync(readFileSync(new URL('heatmap/example-perf-stacks.txt.gz', oracle))).toString('latin1')
    const { profile, unrecognizedLines, otherEvents } = importPerfScript(text)
    const isIdle = (i: number) =>
      profile.strings[profile.threads.comm[profile.samples.thread[i] ?? 0] ?? 0] === 'swapper' &&
      stackOf(profile, i).some((frame) => /cpu_?idle|native_safe_halt/.test(frame))
    const samples = Array.from({ length: profile.samples.length }, (_, i) => i)
    expect(samples.length).toBe(1315)
    expect(samples.filter((i) => !isIdle(i)).length).toBe(1285)
    expect(unrecognizedLines).toBe(0)
    expect(otherEvents.size).toBe(0)
    expect(profile.meta.event).toBe('cycles')
    expect(profile.meta.timed).toBe(true)
    expect(profile.meta.durationMs).toBeGreaterThan(9_900)
    expect(profile.meta.durationMs).toBeLessThan(10_100)
  })

  // Counted with grep over the files: lines whose last word is the event.
  it.each([
    ['perf-script/one-sample.txt', 1],
    ['perf-script/forks.txt', 561],
    ['perf-script/simple-with-pid.txt', 137],
    ['recorded/perf-script-dwarf.txt', 132],
    ['recorded/perf-script-mixed.txt', 263],
    ['recorded/perf-script-mixed-default-fields.txt', 263],
  ])('reads %s: every sample and every frame', (path, samples) => {
    const text = read(path)
    const { profile, unrecognizedLines } = importPerfScript(text)
    expect(profile.samples.length).toBe(samples)
    expect(text.split('\n').filter((line) => /^\S.*-clock:\s*$/.test(line)).length).toBe(samples)
    expect(unrecognizedLines).toBe(0)
    const frames = Array.from({ length: samples }, (_, i) => stackOf(profile, i).length).reduce((sum, depth) => sum + depth, 0)
    expect(frames).toBe(text.split('\n').filter((line) => /^\s+[0-9a-f]+ .*\)$/.test(line)).length)
  })

  it('reads events without stacks, one a line', () => {
    const text = read('recorded/perf-script-lost.txt')
    const { profile, unrecognizedLines, lostSamples, otherEvents } = importPerfScript(text)
    expect(profile.samples.length).toBe(text.split('\n').filter((line) => line.includes('raw_syscalls:sys_enter:')).length)
    expect(profile.meta.event).toBe('raw_syscalls:sys_enter')
    expect(profile.stacks.length).toBe(0)
    expect(lostSamples).toBe(5016)
    expect(otherEvents.size).toBe(0)
    // The recording's last line is cut off.
    expect(unrecognizedLines).toBe(1)
  })

  it('reads tracepoints with arguments and stacks, keeping to the first event', () => {
    const text = read('recorded/perf-script-raw-events.txt')
    const { profile, otherEvents, unrecognizedLines } = importPerfScript(text)
    const all = text.split('\n').filter((line) => /^\S/.test(line)).length
    const others = [...otherEvents.values()].reduce((sum, count) => sum + count, 0)
    expect(profile.samples.length + others).toBe(all)
    expect(profile.samples.length).toBeGreaterThan(0)
    expect(unrecognizedLines).toBe(0)
  })

  it('keeps the recorded JIT, kernel and unknown frames apart', () => {
    const profile = parsePerfScript(read('recorded/perf-script-mixed.txt'))
    const frames = new Set(Array.from({ length: profile.samples.length }, (_, i) => stackOf(profile, i)).flat())
    expect(frames).toContain(`JS:*jsonLoop /srv/demo/work.js:4:18@/tmp/perf-12869.map#${FRAME_KIND.jit}`)
    expect([...frames].some((frame) => frame.endsWith(`@[kernel]#${FRAME_KIND.kernel}`))).toBe(true)
    expect([...frames].some((frame) => frame.startsWith('[unknown]@/') && frame.endsWith(`#${FRAME_KIND.unknown}`))).toBe(true)
  })
})

describe('perf script', () => {
  it('reads comm, pid, tid, time and weight', () => {
    const text = [
      'V8 Worker 12 34/56 [001]  100.000002:     250 cycles:ppp: ',
      '\tffffffff81 tcp_sendmsg+0x1 ([kernel.kallsyms])',
      '\t7f10 write (/lib/libc.so.6)',
      '',
      'swapper     0 [003] 100.000001123:   1 cycles:ppp: ',
      '',
      'a 7 101.5: cycles:ppp:',
    ].join('\n')
    const profile = parsePerfScript(text)
    expect(threadsOf(profile)).toEqual(['V8 Worker 12 34/56', 'swapper 0/0', 'a 7/7'])
    expect([...profile.samples.timeUs]).toEqual([0, 0.877, 1_499_998.877])
    expect([...profile.samples.weight]).toEqual([1, 1, 1])
    expect(stackOf(profile, 1)).toEqual([`write@/lib/libc.so.6#${FRAME_KIND.user}`, `tcp_sendmsg@[kernel]#${FRAME_KIND.kernel}`])
    expect(profile.meta).toMatchObject({ event: 'cycles:ppp', unit: 'samples', periodNs: 0, timed: true })
    expect([...parsePerfScript(text, { weight: 'period' }).samples.weight]).toEqual([1, 250, 1])
  })

  it('knows the period of a clock', () => {
    expect(parsePerfScript('a 7 1.5: 10101010 cpu-clock:\n\na 7 1.6: 10101010 cpu-clock:\n').meta.periodNs).toBe(10_101_010)
    expect(parsePerfScript('a 7 1.5: 10101010 cpu-clock:u:\n', { weight: 'period' }).meta.unit).toBe('ns')
  })

  it('reads samples without a time, and says that they have none', () => {
    const profile = parsePerfScript('java 12 cycles:\n\t1 f (/bin/a)\n\njava 12 cycles:\n\t1 f (/bin/a)\n\n')
    expect(profile.samples.length).toBe(2)
    expect(profile.meta.timed).toBe(false)
  })

  it('reads a single frame behind the sample, as printed without -g', () => {
    const profile = parsePerfScript('            node  77 [000]  1.5:  1 cycles:  ffffffff81 native_write_msr+0x6 ([kernel.kallsyms])\n')
    expect(stackOf(profile, 0)).toEqual([`native_write_msr@[kernel]#${FRAME_KIND.kernel}`])
  })

  it('reads frames without symbol or without module', () => {
    const profile = parsePerfScript('ab 1 1.5: cycles:\n\t7f1234 (/bin/a)\n\t7f1235 main+0x1\n\t7f1236\n\n')
    expect(stackOf(profile, 0)).toEqual([
      `[unknown]@#${FRAME_KIND.unknown}`,
      `main@#${FRAME_KIND.user}`,
      `[unknown]@/bin/a#${FRAME_KIND.unknown}`,
    ])
  })

  it('takes apart what a JIT inlined, and not operator->', () => {
    const profile = parsePerfScript(
      'ab 1 1.5: cycles:\n\t1 leaf (inlined)\n\t2 P::operator->() (/bin/a)\n\t3 outer->inner (/tmp/perf-1.map)\n\n',
    )
    expect(stackOf(profile, 0)).toEqual([
      `outer@/tmp/perf-1.map#${FRAME_KIND.jit}`,
      `inner@/tmp/perf-1.map#${FRAME_KIND.inlined}`,
      `P::operator->()@/bin/a#${FRAME_KIND.user}`,
      `leaf@#${FRAME_KIND.inlined}`,
    ])
  })

  it('counts lines that it cannot place', () => {
    const { profile, unrecognizedLines } = importPerfScript('hello world\n\tffff f (/bin/a)\nab 1 1.5: cycles:\n\t1 f (/bin/a)\nwhat\n\n')
    expect(profile.samples.length).toBe(1)
    expect(unrecognizedLines).toBe(3)
    expect(parsePerfScript('').samples.length).toBe(0)
  })

  it('folds to what it read', () => {
    expect(toFolded(parsePerfScript('a b 1 1.5: cycles:\n\t1 f;g (/bin/a)\n\t2 sys ([kernel.kallsyms])\n\n'), { annotate: true })).toEqual([
      'a_b;sys_[k];f:g 1',
    ])
  })

  it('takes linear time, however the text is made', () => {
    const long = 200_000
    const lines = [
      `ab${' 1'.repeat(long)}`,
      `ab ${'1'.repeat(long)}x`,
      `ab 1 ${'x:'.repeat(long)}y`,
      `ab${' '.repeat(long)}x`,
      `\t1 ${' ('.repeat(long)}`,
      `\t${'f'.repeat(long)}`,
    ]
    const startedMs = performance.now()
    for (const line of lines) parsePerfScript(`ab 1 1.5: 1 cycles:\n${line}\n\n`)
    expect(performance.now() - startedMs).toBeLessThan(3000)
  })
})
