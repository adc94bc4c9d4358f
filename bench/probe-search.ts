import { createHash } from 'node:crypto'
import { closeSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { createCaller } from '@sonde/api'
import { type CatalogueEntry, type CatalogueKind, encodeCatalogue, PROBE_KINDS } from '@sonde/contract'
import { Catalogue, ProbeIndex, recordHeartbeat, storeCatalogue } from '@sonde/domain'
import { createWorld, LOAD } from '@sonde/domain/testing'
import { readBinaryCatalogue, readKernelCatalogues, resolveBinary } from '@sonde/tracer'
import { machineFacts } from './machine-facts.ts'

/**
 * What a letter costs in the probe finder. Words are typed letter by letter, each letter is a search; first in the index alone, over
 * 200 thousand made-up names and over the real names of this machine's kernel and of node, then through the API with Postgres, for 40
 * hosts. Wall time and CPU time of the searching process per letter.
 *
 *   npx tsx bench/probe-search.ts [--rounds 5]       root, for the kernel's names
 */
const flag = process.argv.indexOf('--rounds')
const rounds = flag > 0 ? Number(process.argv[flag + 1]) : 5
if (!(rounds >= 1)) throw new Error('--rounds takes a number')

const TYPED = [
  'openat',
  'tcp_sendmsg',
  'vfs read',
  'sched switch',
  'page_fault',
  'do_sys_open',
  'Buffer::New',
  'v8::internal Heap',
  'malloc',
  'context-switches',
  'std::vector push_back',
  'nothing_like_this',
]
const KINDS = new Set(PROBE_KINDS)
const HOSTS = 40

const keystrokes = TYPED.flatMap((word) => Array.from({ length: word.length }, (_, i) => word.slice(0, i + 1)))

type Figures = { wallMs: number[]; cpuMs: number[] }
const quantile = (values: readonly number[], q: number) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))] ?? 0

async function type(search: (text: string) => unknown): Promise<Figures> {
  const figures: Figures = { wallMs: [], cpuMs: [] }
  for (let round = -1; round < rounds; round++) {
    for (const text of keystrokes) {
      const cpu = process.cpuUsage()
      const startedMs = performance.now()
      await search(text)
      const wallMs = performance.now() - startedMs
      const { user, system } = process.cpuUsage(cpu)
      if (round < 0) continue
      figures.wallMs.push(wallMs)
      figures.cpuMs.push((user + system) / 1000)
    }
  }
  return figures
}

function print(what: string, { wallMs, cpuMs }: Figures): void {
  const cells = (values: readonly number[]) => [0.5, 0.95, 1].map((q) => quantile(values, q).toFixed(1)).join(' / ')
  console.log(`${what}: wall ms p50 / p95 / max ${cells(wallMs)}; CPU ms ${cells(cpuMs)}; n = ${wallMs.length} letters`)
}

const named = { label: null, refusal: null }

/** Names of the forms that kernels and C++ have, out of a few hundred words. Seeded: the same at every run. */
function syntheticNames(count: number): CatalogueEntry[] {
  let state = 42
  const random = (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  const words = Array.from({ length: 400 }, () =>
    Array.from({ length: 2 + random(7) }, () => String.fromCharCode(97 + random(26))).join(''),
  )
  const known = ['open', 'read', 'tcp', 'send', 'buffer', 'heap', 'sched', 'page', 'fault', 'vector', 'push', 'back', 'malloc']
  const word = () => (random(8) === 0 ? known[random(known.length)] : words[random(words.length)]) ?? ''
  const upper = (text: string) => text.slice(0, 1).toUpperCase() + text.slice(1)
  return Array.from({ length: count }, (_, i): CatalogueEntry => {
    const parts = Array.from({ length: 2 + random(4) }, word)
    if (i % 3 === 0) return { kind: 'kprobe', id: `${parts.join('_')}_${i}`, ...named, module: null, signature: null }
    const label = `${parts.map(upper).join('::')}(${word()}::${upper(word())}*, unsigned long)`
    return { kind: 'uprobe', id: `_ZN${i}${parts.join('')}Ev`, label, refusal: null, sizeBytes: 16, offset: i * 16, exported: false }
  })
}

type Made = { key: string; kind: CatalogueKind; text: string }
function synthetic(count: number): Made {
  const text = encodeCatalogue({ kind: 'kernel', title: 'synthetic', buildId: null, notes: [] }, syntheticNames(count))
  return { kind: 'kernel', key: createHash('sha256').update(text).digest('hex'), text }
}

async function measureIndex(what: string, made: readonly Made[]): Promise<void> {
  globalThis.gc?.()
  const startedMs = performance.now()
  const catalogues = made.map(({ key, text }) => new Catalogue(key, text))
  const index = new ProbeIndex(catalogues)
  const builtMs = performance.now() - startedMs
  const memory = index.memoryBytes + catalogues.reduce((sum, catalogue) => sum + catalogue.memoryBytes, 0)
  const figures = await type((text) => {
    const { probes } = index.search({ text, kinds: KINDS, limit: 200 })
    for (const probe of probes) index.entryOf(probe)
  })
  print(`${what}, ${index.size} names, built in ${builtMs.toFixed(0)} ms, ${(memory / 1e6).toFixed(0)} MB`, figures)
}

async function measureApi(made: readonly Made[]): Promise<void> {
  const world = await createWorld()
  try {
    const ids: string[] = []
    for (let i = 0; i < HOSTS; i++) {
      const host = await world.host(`web-${i}`)
      ids.push(host.id)
      const keys = made.map(({ kind, key }) => ({ kind, key }))
      await recordHeartbeat(host, world.app, { load: LOAD, catalogues: { state: 'ready', message: null, keys } })
      if (i === 0) for (const { key, text } of made) await storeCatalogue(host, world.app, { key, bytes: gzipSync(text) })
    }
    const { probes } = createCaller({ actor: await world.actor('operator'), app: world.app })
    const { searched } = await probes.search({ hostIds: ids, text: '' })
    print(
      `through the API and Postgres, ${HOSTS} hosts, ${searched} names`,
      await type((text) => probes.search({ hostIds: ids, text, limit: 200 })),
    )
  } finally {
    await world.close()
  }
}

console.log(machineFacts())
const kernel: Made[] = (await readKernelCatalogues()).map(({ key, text, header }) => ({ key, text, kind: header.kind }))
const [binary] = await resolveBinary({ of: 'path', path: process.execPath })
if (binary === undefined) throw new Error('there is no node')
const node = await readBinaryCatalogue(binary)
closeSync(binary.fd)
await measureIndex('made-up names', [synthetic(200_000)])
await measureIndex('this kernel and node', [...kernel, { key: node.key, text: node.text, kind: node.header.kind }])
await measureIndex('this kernel', kernel)
await measureApi(kernel)
