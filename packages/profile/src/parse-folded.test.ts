import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { buildCallTree } from './build-call-tree.ts'
import { toFolded } from './fold-profile.ts'
import { importFolded, parseFolded } from './parse-folded.ts'
import { FRAME_KIND } from './profile.ts'
import { ProfileFormatError } from './profile-format-error.ts'
import { syntheticProfile } from './synthetic-profile.ts'

const oracle = new URL('../../../../shared/oracle/folded/', import.meta.url)
const hasOracle = existsSync(oracle)
const read = (name: string) => new Uint8Array(readFileSync(new URL(name, oracle)))
const SIMPLE = ['a;b 5', 'a;b;c 5', 'a;b;d 4']

describe.skipIf(!hasOracle)('folded stacks, recorded (skipped without ../shared/oracle/folded)', () => {
  it.each(['simple.txt', 'simple-crlf.txt', 'simple-utf16-be.txt', 'simple-with-invalids.txt'])('reads %s', (name) => {
    expect(toFolded(parseFolded(read(name)))).toEqual(SIMPLE)
  })

  it('counts invalid lines and says where they are', () => {
    expect(importFolded(read('simple-with-invalids.txt')).invalidLines).toEqual({ count: 3, first: [1, 2, 8] })
    expect(importFolded(read('simple.txt')).invalidLines.count).toBe(0)
  })

  it('keeps recursion as it is', () => {
    const profile = parseFolded(read('recursion.txt'))
    expect(toFolded(profile)).toEqual(['a;a 1', 'a;b 1', 'a;b;a;b 2', 'a;b;a;b;a;b 1', 'a;b;a;b;c 2', 'a;b;a;c 2', 'b;b 1'])
    const tree = buildCallTree(profile, { group: 'merged', order: 'name' })
    expect(tree.maxDepth).toBe(6)
    expect(tree.total[0]).toBe(10)
  })

  it('keeps one sample a line, and depth', () => {
    expect(parseFolded(read('alternating.txt')).samples.length).toBe(181 + 1)
    expect(buildCallTree(parseFolded(read('tall.txt')), { group: 'merged', order: 'name' }).maxDepth).toBe(26)
  })
})

describe('folded stacks', () => {
  it('have the kind that their marks say', () => {
    const profile = parseFolded('main;sys_read_[k];x_[j];y_[i];[unknown] 3\n')
    expect([...profile.frames.kind]).toEqual([FRAME_KIND.user, FRAME_KIND.kernel, FRAME_KIND.jit, FRAME_KIND.inlined, FRAME_KIND.unknown])
    expect(toFolded(profile, { annotate: true })).toEqual(['main;sys_read_[k];x_[j];y_[i];[unknown] 3'])
  })

  it('may hold blanks, fractions, and UTF-16 of either order', () => {
    const text = 'operator new(unsigned long);ü 日本 1.5\n'
    const littleEndian = new Uint8Array(Buffer.from(`\ufeff${text}`, 'utf16le'))
    const bigEndian = new Uint8Array(Buffer.from(`\ufeff${text}`, 'utf16le').swap16())
    for (const input of [text, `\ufeff${text}`, new TextEncoder().encode(`\ufeff${text}`), littleEndian, bigEndian]) {
      expect(toFolded(parseFolded(input))).toEqual(['operator new(unsigned long);ü 日本 1.5'])
    }
  })

  it('are refused where not one line is a stack', () => {
    for (const text of ['hello', '{"a": "b"}\n', 'a;b -1\n', 'a;b 1e999\n', ' 12\n', 'a 99999999999999999999\n']) {
      expect(() => parseFolded(text), text).toThrow(ProfileFormatError)
    }
    expect(parseFolded('').samples.length).toBe(0)
  })

  it('survive a round trip', () => {
    const profile = syntheticProfile({ nodes: 2000, seed: 8 })
    const folded = toFolded(profile, { root: 'comm-pid-tid', annotate: true })
    expect(toFolded(parseFolded(folded.join('\n')), { annotate: true })).toEqual(folded)
  })

  it('hold stacks of any depth that a call tree can, and count deeper ones as invalid', () => {
    expect(buildCallTree(parseFolded(`${'f;'.repeat(50_000)}g 1`), { group: 'merged', order: 'name' }).maxDepth).toBe(50_001)
    expect(importFolded(`${'f;'.repeat(70_000)}g 1\na 1`).invalidLines).toEqual({ count: 1, first: [1] })
  })
})
