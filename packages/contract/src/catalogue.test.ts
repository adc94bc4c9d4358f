import { describe, expect, it } from 'vitest'
import {
  CATALOGUE_LIMITS,
  type CatalogueEntry,
  CatalogueError,
  type CatalogueHeader,
  encodeCatalogue,
  encodeCatalogueEntry,
  parseCatalogueHeader,
  parseCatalogueLine,
} from './catalogue.ts'

const named = { label: null, refusal: null }
const ENTRIES: CatalogueEntry[] = [
  {
    kind: 'tracepoint',
    id: 'syscalls:sys_enter_openat',
    ...named,
    module: null,
    printFmt: '"dfd: 0x%08lx", ((unsigned long)(REC->dfd))',
    fields: [{ name: 'dfd', cType: 'int', offset: 16, size: 8, signed: false, kind: 'int' }],
  },
  {
    kind: 'kprobe',
    id: 'vfs_read',
    ...named,
    module: null,
    signature: {
      arguments: [{ name: 'count', cType: 'size_t', kind: 'uint', size: 8 }],
      returns: { cType: 'ssize_t', kind: 'int', size: 8 },
      variadic: false,
    },
  },
  { kind: 'kprobe', id: 'vfs_read.isra.0', label: null, refusal: 'ambiguous-name', module: 'kvm', signature: null },
  { kind: 'uprobe', id: '_ZN1a1bEv', label: 'a::b()', refusal: null, sizeBytes: 12, offset: 4096, exported: true },
  { kind: 'usdt', id: 'postgresql:query__start', ...named, sites: 2, semaphore: true, arguments: [{ size: 8, signed: false }] },
  { kind: 'pmu', id: 'cycles', ...named, group: 'hardware', description: 'CPU cycles.', sampled: true },
]
const HEADER = { kind: 'kernel', title: 'Linux 6.1', buildId: 'ab'.repeat(20), notes: ['No BTF here.'] } satisfies Partial<CatalogueHeader>

describe('a catalogue', () => {
  it.each(ENTRIES)('carries a $kind as it is', (entry) => {
    expect(parseCatalogueLine(encodeCatalogueEntry(entry))).toEqual(entry)
  })

  it('has one text for one content, in whatever order it was found', () => {
    const text = encodeCatalogue(HEADER, ENTRIES)
    expect(encodeCatalogue(HEADER, [...ENTRIES].reverse())).toBe(text)
    expect(encodeCatalogue(HEADER, [...ENTRIES, ...ENTRIES])).toBe(text)
    const [first = '', ...lines] = text.trimEnd().split('\n')
    expect(parseCatalogueHeader(first)).toEqual({
      sonde: 'catalogue',
      version: 1,
      ...HEADER,
      counts: { tracepoint: 1, kprobe: 2, uprobe: 1, usdt: 1, pmu: 1 },
    })
    expect(lines.map(parseCatalogueLine)).toEqual(ENTRIES)
  })

  it('lets no text of a host end a line or a column', () => {
    const hostile = 'a\tb\nc\u0000d\u2028e\u{1f600}"f\\g\u007f'
    const entry: CatalogueEntry = {
      kind: 'tracepoint',
      id: 'x:y',
      label: hostile,
      refusal: null,
      module: hostile,
      printFmt: hostile,
      fields: [{ name: hostile, cType: hostile, offset: 0, size: 1, signed: true, kind: 'other' }],
    }
    const line = encodeCatalogueEntry(entry)
    expect(line).toMatch(/^[\x20-\x7e\t]*$/)
    expect(parseCatalogueLine(line)).toEqual({ ...entry, label: null })
    for (const id of ['', 'a\tb', 'a\nb', 'ä', '\u007f', 'x'.repeat(1_025)])
      expect(() => encodeCatalogueEntry({ ...entry, id })).toThrow(CatalogueError)
  })

  it('cuts what is too long', () => {
    const long = 'x'.repeat(20_000)
    const entry: CatalogueEntry = {
      kind: 'tracepoint',
      id: 'x:y',
      label: long,
      refusal: null,
      module: null,
      printFmt: long,
      fields: Array.from({ length: 400 }, () => ({ name: 'n', cType: 'int', offset: 0, size: 4, signed: true, kind: 'int' as const })),
    }
    const read = parseCatalogueLine(encodeCatalogueEntry(entry))
    expect(read.label).toHaveLength(CATALOGUE_LIMITS.maxLabelLength)
    expect(read.kind === 'tracepoint' && [read.printFmt.length, read.fields.length]).toEqual([8_000, 256])
  })

  it.each([
    ['nothing', ''],
    ['another letter', 'x\tid\t\t\t[]'],
    ['no name', 'k\t\t\t\t[0,0]'],
    ['too few columns', 'k\tid\t\t'],
    ['no JSON', 'k\tid\t\t\t[0,'],
    ['a detail of another kind', 'k\tid\t\t\t[1,2,3]'],
    ['an unknown reason', 'k\tid\t\tbecause\t[0,0]'],
    ['a long label', `u\tid\t${'x'.repeat(513)}\t\t[1,2,1]`],
    ['a negative offset', 'u\tid\t\t\t[1,-2,1]'],
    ['a long line', `u\tid\t\t\t[1,2,1${' '.repeat(70_000)}]`],
  ])('is refused with %s in it', (_, line) => {
    expect(() => parseCatalogueLine(line)).toThrow()
  })
})
