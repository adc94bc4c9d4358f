import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { foldPerfScript, type PerfFoldOptions } from './fold-perf-script.ts'

const oracle = new URL('../../../../shared/oracle/folding/', import.meta.url)
const hasOracle = existsSync(oracle)
const goldens = hasOracle ? readdirSync(oracle).filter((name) => name.includes('.collapsed-')) : []

describe.skipIf(!hasOracle)('folding, against recorded outputs (skipped without ../shared/oracle/folding)', () => {
  it('has recordings to compare with', () => {
    expect(goldens.length).toBeGreaterThan(10)
  })

  it.each(goldens)('%s', (golden) => {
    const [, name = '', option = ''] = /^(.*)\.collapsed-(\w+)\.txt$/.exec(golden) ?? []
    const text = readFileSync(new URL(`${name}.txt`, oracle), 'latin1')
    const lines = foldPerfScript(text, { [option]: true })
    expect(lines.map((line) => `${line}\n`).join('')).toBe(readFileSync(new URL(golden, oracle), 'latin1'))
  })
})

/** One sample: a header, frames innermost first, and the blank line that ends it. */
function sample(header: string, ...frames: string[]): string {
  return [header, ...frames.map((frame) => `\t${frame}`), '', ''].join('\n')
}

const KERNEL = 'ffffffff8104f45a do_work+0x1a ([kernel.kallsyms])'
const MAIN = '4005d0 main+0x10 (/usr/bin/srv)'
const fold = (text: string, options?: PerfFoldOptions) => foldPerfScript(text, options)

describe('the header of a sample', () => {
  it.each([
    ['java 25607 4794564.109216: 1 cycles:', 'java 1'],
    ['java 12688 [002] 6544038.708352: 235 cpu-clock:', 'java 235'],
    ['V8 WorkerThread 25607 4794564.109216: 104345 cycles:', 'V8_WorkerThread 104345'],
    ['java 24636/25607 [000] 4794564.109216: 1 cycles:', 'java 1'],
    ['swapper     0 [003] 203265.377022:    1001001 cpu-clock: ', 'swapper 1001001'],
    ['srv 12 cycles: ', 'srv 1'],
    ['srv 12 [000] 1.5: cycles:ppp: ', 'srv 1'],
    ['srv 12 [000] 1.5: 0 cycles:', 'srv 1'],
    ['srv\t12\t[000]\t1.5:\t77\tcycles:\t', 'srv 77'],
    ['srv 12 [000] 1.5: 77 cycles:\r', 'srv 77'],
    ['ksoftirqd/3 24 1.5: 7 cycles:', 'ksoftirqd/3 7'],
    ['<00>abc 24 1.5: 7 cycles:', '<00>abc 7'],
    ['srv 12 1.5: sched:sched_switch: prev_comm=a ==> next_comm=b', 'srv 1'],
  ])('%j', (header, expected) => {
    expect(fold(sample(header))).toEqual([expected])
  })

  it('gives pid and tid, ? for a pid that is not printed', () => {
    const text = sample('a b 12/13 1.5: 1 cycles:')
    expect(fold(text, { pid: true })).toEqual(['a_b-12 1'])
    expect(fold(text, { tid: true })).toEqual(['a_b-12/13 1'])
    expect(fold(sample('ab 13 1.5: 1 cycles:'), { tid: true })).toEqual(['ab-?/13 1'])
    expect(fold(sample('swapper 0/0 1.5: 1 cycles:'), { tid: true })).toEqual(['swapper-?/0 1'])
  })

  it('is not found in an indented line, and oddly behind a comm of one letter', () => {
    expect(fold(sample('     srv 12 [000] 1.5: 1 cycles:', MAIN))).toEqual([])
    // What stackcollapse-perf.pl prints for it, too.
    expect(fold(sample('s 12 [000] 1.5: 1 cycles:', MAIN))).toEqual(['s_12_[000]_1.5:;main 1'])
  })
})

describe('events', () => {
  const text = sample('ab 1 1.5: 10 cycles:', MAIN) + sample('ab 1 1.6: 5 instructions:', MAIN) + sample('ab 1 1.7: 10 cycles:', MAIN)

  it('other than the first are left out', () => {
    expect(fold(text)).toEqual(['ab;main 20'])
  })

  it('can be asked for by name', () => {
    expect(fold(text, { eventFilter: 'instructions' })).toEqual(['ab;main 5'])
    expect(fold(text, { eventFilter: 'branches' })).toEqual([])
  })
})

describe('frames', () => {
  const one = (frame: string, options?: PerfFoldOptions, comm = 'srv') =>
    fold(sample(`${comm} 1 1.5: 1 cycles:`, frame), options)[0]?.replace(/^[^;]*;| 1$/g, '')

  it.each([
    ['4005d0 main+0x10 (/usr/bin/srv)', 'main'],
    ['4005d0 main (/usr/bin/srv)', 'main'],
    ['4005d0 a::b(int, char (*)[3])+0x10 (/usr/bin/srv)', 'a::b'],
    ['4005d0 v8::(anonymous namespace)::Invoke(bool)+0x1 (/bin/node)', 'v8::(anonymous namespace)::Invoke'],
    ['4005d0 net/http.(*Client).Do (/bin/go)', 'net/http.(*Client).Do'],
    ['4005d0 RegExp:[&<>"\'] (/tmp/perf-7539.map)', 'RegExp:[&<>]'],
    ['4005d0 Ljava/io/PrintStream;::print (/tmp/perf-1.map)', 'Ljava/io/PrintStream:::print'],
    ['4005d0 [unknown] (/usr/lib/libc.so.6)', '[libc.so.6]'],
    ['4005d0 [unknown] ([unknown])', '[unknown]'],
    ['4005d0 f (/tmp/with blank/x)', 'f'],
    ['4005d0 f (/tmp/x (deleted))', 'f (/tmp/x'.replace(/ \(.*/, ' ')],
  ])('%j', (frame, expected) => {
    expect(one(frame)).toBe(expected)
  })

  it('of Java lose their leading L', () => {
    expect(one('4005d0 Ljava/io/PrintStream;::print (/tmp/perf-1.map)', {}, 'java')).toBe('java/io/PrintStream:::print')
  })

  it('show addresses where there is no symbol', () => {
    expect(one('4005d0 [unknown] (/usr/lib/libc.so.6)', { addrs: true })).toBe('[libc.so.6 <4005d0>]')
    expect(one('4005d0 [unknown] ([unknown])', { addrs: true })).toBe('[unknown <4005d0>]')
  })

  it('are marked by kind', () => {
    expect(one(KERNEL, { kernel: true })).toBe('do_work_[k]')
    expect(one('1 f (/usr/lib/debug/boot/vmlinux)', { all: true })).toBe('f_[k]')
    expect(one(KERNEL, { jit: true })).toBe('do_work')
    expect(one('1 f (/tmp/perf-12.map)', { all: true })).toBe('f_[j]')
    expect(one('1 [unknown] ([unknown])', { all: true })).toBe('[unknown]')
  })

  it('that a JIT map folded into one line come apart, outermost first', () => {
    expect(one('1 outer->inner->leaf (/tmp/perf-12.map)', { all: true })).toBe('outer_[j];inner_[i];leaf_[i]')
  })

  it('may be replaced by what addr2line says, those on disk only', () => {
    const inline = () => 'outer;inlined'
    expect(one(MAIN, { inline })).toBe('outer;inlined')
    expect(one(KERNEL, { inline })).toBe('do_work')
    expect(one(MAIN, { inline: () => null })).toBe('main')
  })

  it('take the line after them as their source where asked', () => {
    const text = 'srv 1 1.5: 1 cycles:\n\t1 f (/bin/a)\n  a.c:3\n\t2 g (/bin/a)\n  a.so[27b25]\n\n'
    expect(fold(text, { srcline: true })).toEqual(['srv;g:a.so;f:a.c:3 1'])
  })
})

describe('whole texts', () => {
  it('are sorted by byte, as the C locale does', () => {
    const text = ['\u{1f525}x', '\uff21x', 'zx', 'Ax'].map((comm) => sample(`${comm} 1 1.5: 1 cycles:`)).join('')
    expect(fold(text)).toEqual(['Ax 1', 'zx 1', '\uff21x 1', '\u{1f525}x 1'])
  })

  it('skip comments, and say what they do not understand', () => {
    const unknown: string[] = []
    expect(fold(`# a comment\n${sample('ab 1 1.5: 1 cycles:', MAIN)}???\n`, { onUnrecognized: (line) => unknown.push(line) })).toEqual([
      'ab;main 1',
    ])
    expect(unknown).toEqual(['???'])
  })

  it('count a sample when a blank line ends it', () => {
    expect(fold('ab 1 1.5: 1 cycles:\n\t1 f (/bin/a)')).toEqual([])
  })

  it('may have CR LF line ends', () => {
    expect(fold(sample('ab 1 1.5: 1 cycles:', MAIN, MAIN).replaceAll('\n', '\r\n'))).toEqual(['ab;main;main 1'])
  })

  it('take linear time, however they are made', () => {
    const long = 200_000
    const texts = [
      `ab${' 1x'.repeat(long)}`,
      `ab ${'1'.repeat(long)}x`,
      `ab${' '.repeat(long)}x`,
      `ab 1 ${': 1'.repeat(long)}`,
      `\t1 ${' ('.repeat(long)}`,
      `\t1 a${'->'.repeat(long)} (b)`,
    ]
    const startedMs = performance.now()
    for (const text of texts) fold(`ab 1 1.5: 1 cycles:\n${text}\n\n`, { all: true })
    expect(performance.now() - startedMs).toBeLessThan(3000)
  })
})
