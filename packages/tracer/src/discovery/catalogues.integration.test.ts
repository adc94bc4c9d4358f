import { createHash } from 'node:crypto'
import { closeSync, existsSync } from 'node:fs'
import { type CatalogueEntry, parseCatalogueHeader, parseCatalogueLine } from '@sonde/contract'
import { beforeAll, describe, expect, it } from 'vitest'
import { detectFacts } from '../host/detect-facts.ts'
import { readBinaryCatalogue } from './binary-catalogue.ts'
import type { CatalogueText } from './catalogue-text.ts'
import { readKernelCatalogues } from './kernel-catalogues.ts'
import { resolveBinary } from './resolve-binary.ts'

type Read = { text: CatalogueText; entries: Map<string, CatalogueEntry> }

function read(text: CatalogueText): Read {
  const [header = '', ...lines] = text.text.trimEnd().split('\n')
  expect(parseCatalogueHeader(header)).toMatchObject(text.header)
  expect(createHash('sha256').update(text.text).digest('hex')).toBe(text.key)
  const entries = lines.map(parseCatalogueLine)
  expect(entries.length).toBe(Object.values(text.header.counts).reduce((sum, count) => sum + count, 0))
  return { text, entries: new Map(entries.map((entry) => [`${entry.kind} ${entry.id}`, entry])) }
}

describe('the catalogues of this kernel', () => {
  let all: Read[]
  beforeAll(async () => {
    await detectFacts()
    all = (await readKernelCatalogues()).map(read)
  }, 120_000)
  const find = (name: string) => all.flatMap(({ entries }) => entries.get(name) ?? [])[0]

  it('say the same each time, and so have the same keys', async () => {
    expect((await readKernelCatalogues()).map(({ key }) => key)).toEqual(all.map(({ text }) => text.key))
  }, 60_000)

  it('hold tracepoints with their fields, functions with their types, and counters', ({ skip }) => {
    if (!existsSync('/sys/kernel/tracing/events')) skip('tracefs is not mounted')
    expect(find('tracepoint syscalls:sys_enter_openat')).toMatchObject({
      module: null,
      fields: expect.arrayContaining([{ name: 'filename', cType: 'const char *', offset: 24, size: 8, signed: false, kind: 'pointer' }]),
      printFmt: expect.stringContaining('filename: 0x%08lx'),
    })
    expect(find('kprobe vfs_read')).toMatchObject({ refusal: null })
    if (existsSync('/sys/kernel/btf/vmlinux')) {
      expect(find('kprobe vfs_read')).toMatchObject({ signature: { returns: { cType: 'ssize_t', kind: 'int', size: 8 } } })
    }
    expect(find('pmu cpu-clock')).toMatchObject({ group: 'software', sampled: true })
  })

  it('mark what must not be probed', () => {
    const functions = all.flatMap(({ entries }) => [...entries.values()]).filter((entry) => entry.kind === 'kprobe')
    const reasons = new Set(functions.map((entry) => entry.refusal))
    expect(reasons).toContain('deny-list')
    expect(functions.find((entry) => entry.id === '_raw_spin_lock')?.refusal).toMatch(/deny-list|kprobe-blacklist/)
    expect(functions.filter((entry) => entry.refusal === null).length).toBeGreaterThan(functions.length / 2)
  })

  it('fit on the wire many times over', () => {
    for (const { text } of all) expect(text.text.length).toBeLessThan(32 * 1024 * 1024)
  })
})

describe('the catalogue of a binary', () => {
  async function of(...args: Parameters<typeof resolveBinary>): Promise<Read> {
    const [binary] = await resolveBinary(...args)
    if (binary === undefined) throw new Error('nothing found')
    try {
      return read(await readBinaryCatalogue(binary))
    } finally {
      closeSync(binary.fd)
    }
  }

  it('of node names C++ functions as people do', async () => {
    const { entries, text } = await of({ of: 'pid', pid: process.pid })
    const labels = [...entries.values()].map((entry) => entry.label ?? entry.id)
    expect(labels).toContain('node::Start(int, char**)')
    expect(text.header.counts.uprobe).toBeGreaterThan(10_000)
    expect(labels.filter((label) => /\.cold(\.\d+)?$/.test(label))).toEqual([])
  }, 60_000)

  it('of libc holds its allocator, and says which functions are only chosen at load time', async () => {
    const { entries } = await of({ of: 'library', name: 'libc.so.6' })
    expect(entries.get('uprobe malloc')).toMatchObject({ exported: true, refusal: null })
    expect(entries.get('uprobe memcpy')).toMatchObject({ refusal: 'indirect-function' })
  })

  it('of postgres holds its USDT probes', async ({ skip }) => {
    const file = ['15', '16', '17', '18'].map((version) => `/usr/lib/postgresql/${version}/bin/postgres`).find(existsSync)
    if (file === undefined) return skip('postgres is not installed')
    const { entries, text } = await of({ of: 'path', path: file })
    expect(entries.get('usdt postgresql:query__start')).toMatchObject({ semaphore: true, arguments: [{ size: 8, signed: false }] })
    expect(text.header.notes.join(' ')).toMatch(/stripped|^$/)
  })
})
