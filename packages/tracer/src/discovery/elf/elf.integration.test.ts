import { execFileSync } from 'node:child_process'
import { closeSync, existsSync, openSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bytesSource, fileSource } from './byte-source.ts'
import { ElfError } from './elf-error.ts'
import { ElfFile } from './elf-file.ts'
import { readElfFunctions } from './elf-symbols.ts'
import { readUsdtSites } from './stapsdt-notes.ts'

// The reader against files of this machine, with readelf as its oracle, and against files that were broken on purpose.
const run = (file: string, args: string[]) => execFileSync(file, args, { encoding: 'latin1', maxBuffer: 1024 ** 3 })

/** The first file, in order of names, of a path whose folders and name may hold a `*`. */
function firstOf(pattern: string): string | undefined {
  const found = pattern
    .split('/')
    .slice(1)
    .reduce(
      (folders, part) =>
        folders.flatMap((folder) => {
          if (!part.includes('*')) return existsSync(`${folder}/${part}`) ? [`${folder}/${part}`] : []
          const matches = new RegExp(`^${part.replaceAll('.', '\\.').replace('*', '.*')}$`)
          return readdirSync(folder || '/')
            .filter((name) => matches.test(name))
            .map((name) => `${folder}/${name}`)
        }),
      [''],
    )
  return found.sort()[0]
}

const FILES = Object.entries({
  node: realpathSync(process.execPath),
  libc: firstOf('/lib/*-linux-gnu/libc.so.6'),
  postgres: firstOf('/usr/lib/postgresql/*/bin/postgres'),
  python: firstOf('/usr/bin/python3.1*'),
  'libstdc++': firstOf('/usr/lib/*-linux-gnu/libstdc++.so.6'),
  'libc for arm64': firstOf('/usr/aarch64-linux-gnu/lib/libc.so.6'),
  'libstdc++ for arm64': firstOf('/usr/aarch64-linux-gnu/lib/libstdc++.so.6'),
  libjvm: firstOf('/usr/lib/jvm/*/lib/server/libjvm.so'),
}).flatMap(([name, file]) => (file !== undefined && existsSync(file) ? [{ name, file: realpathSync(file) }] : []))

function open(file: string): ElfFile & { done: () => void } {
  const fd = openSync(file, 'r')
  return Object.assign(new ElfFile(fileSource(fd)), { done: () => closeSync(fd) })
}

describe.each(FILES)('$name', ({ file }) => {
  let elf: ReturnType<typeof open>
  beforeAll(() => {
    elf = open(file)
  })
  afterAll(() => elf.done())

  it('has the functions that readelf finds, at the places that the segments say', () => {
    const segments = [...run('readelf', ['-lW', file]).matchAll(/^ {2}LOAD\s+(0x\w+) (0x\w+) 0x\w+ (0x\w+) 0x\w+ (..E)/gm)]
    const offsetOf = (address: number) => {
      for (const [, offset, start, size] of segments) {
        if (address >= Number(start) && address < Number(start) + Number(size)) return address - Number(start) + Number(offset)
      }
      return -1
    }
    const expected = new Set<string>()
    for (const [, value, size, , section, name = '', version] of run('readelf', ['-sW', file]).matchAll(
      /^\s*\d+: ([0-9a-f]{16})\s+(\S+) (?:FUNC|IFUNC)\s+(\w+)\s+\w+(?: +\[[^\]]*\])?\s+(\w+) ([^@\s]+)(@@?)?/gm,
    )) {
      // One `@`: not the version that the name alone means.
      if (section !== 'UND' && version !== '@') expected.add(`${name} ${offsetOf(Number.parseInt(value ?? '', 16))} ${Number(size)}`)
    }
    const read = readElfFunctions(elf)
    expect([read.skipped, read.truncated]).toEqual([0, false])
    // One name at one place may be listed twice with two sizes; the first counts.
    const found = new Set(read.functions.map((f) => `${f.name} ${f.offset} ${f.size}`))
    expect([...found].filter((row) => !expected.has(row))).toEqual([])
    const places = new Set(read.functions.map((f) => `${f.name} ${f.offset}`))
    expect([...expected].filter((row) => !places.has(row.replace(/ \d+$/, '')))).toEqual([])
    expect(found.size).toBeGreaterThan(100)
  }, 60_000)

  it('finds one function without reading out all', () => {
    const all = readElfFunctions(elf)
    const name = all.functions[Math.floor(all.functions.length / 2)]?.name
    expect(readElfFunctions(elf, { wanted: (other) => other === name }).functions).toEqual(all.functions.filter((f) => f.name === name))
    expect(readElfFunctions(elf, { limits: { maxFunctions: 10, maxNameLength: 100 } })).toMatchObject({ truncated: true })
  })

  it('has the build id and the USDT probes that readelf finds', () => {
    const notes = run('readelf', ['-nW', file])
    expect(elf.buildId).toBe(/Build ID: (\w+)/.exec(notes)?.[1] ?? null)
    const base = Number.parseInt(/\.stapsdt\.base\s+PROGBITS\s+([0-9a-f]+)/.exec(run('readelf', ['-SW', file]))?.[1] ?? '0', 16)
    const expected = [
      ...notes.matchAll(/Provider: (\S+)\s+Name: (\S+)\s+Location: (0x\w+), Base: (0x\w+), Semaphore: (0x\w+)\s+Arguments: ?(.*)$/gm),
    ].map(([, provider, name, location, linkBase, semaphore, text]) => {
      const moved = base - Number(linkBase)
      return [
        provider,
        name,
        elf.fileOffset(Number(location) + moved),
        Number(semaphore) === 0 ? null : elf.fileOffset(Number(semaphore) + moved),
        text?.trim(),
      ]
    })
    const { sites, skipped } = readUsdtSites(elf)
    expect(skipped).toBe(0)
    expect(sites.map((site) => [site.provider, site.name, site.offset, site.semaphoreOffset, site.argumentText.trim()])).toEqual(expected)
    for (const site of sites)
      expect(site.arguments).toHaveLength(site.argumentText.trim() === '' ? 0 : site.argumentText.trim().split(/ (?=-?\d+f?@)/).length)
    // uprobes on USDT sites are placed on a nop.
    const bytes = readFileSync(file)
    if (elf.arch === 'x64') for (const site of sites) expect([0x90, 0x0f, 0xf0, 0x66]).toContain(bytes[site.offset])
  })

  it('has the name that the linker knows', () => {
    expect(elf.soname).toBe(/Library soname: \[(.*)\]/.exec(run('readelf', ['-dW', file]))?.[1] ?? null)
  })
})

describe('a library of which the debug file lies elsewhere', () => {
  it('gets the functions that were stripped', ({ skip }) => {
    const libc = FILES.find(({ name }) => name === 'libc')
    const elf = libc && open(libc.file)
    const debugFile = elf?.buildId && `/usr/lib/debug/.build-id/${elf.buildId.slice(0, 2)}/${elf.buildId.slice(2)}.debug`
    if (!elf || !debugFile || !existsSync(debugFile)) return skip('no debug file for libc here')
    const debug = open(debugFile)
    expect(debug.buildId).toBe(elf.buildId)
    const [without, withDebug] = [readElfFunctions(elf), readElfFunctions(elf, { debug })]
    expect(withDebug.functions.length).toBeGreaterThan(without.functions.length)
    // A static function: same bytes at its place as nm's address says.
    const nm = new Map(
      [...run('nm', ['--defined-only', debugFile]).matchAll(/^([0-9a-f]+) [tT] (\S+)$/gm)].map(([, address = '', name = '']) => [
        name,
        Number.parseInt(address, 16),
      ]),
    )
    for (const name of ['_int_malloc', '_int_free', 'sysmalloc']) {
      const found = withDebug.functions.find((f) => f.name === name)
      expect([name, found?.address]).toEqual([name, nm.get(name)])
      expect(found?.offset).toBe(elf.fileOffset(nm.get(name) ?? 0, { executable: true }))
    }
    elf.done()
    debug.done()
  })
})

describe('hostile files', () => {
  let folder: string
  let sample: Buffer
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'sonde-elf-'))
    // A small program with everything in it: functions, a USDT probe with a semaphore, a build id.
    const source = `
      unsigned short sem __attribute__((section(".probes")));
      static __attribute__((noinline)) int inner(int x) { __asm__ volatile (
        "990: nop\\n.pushsection .note.stapsdt,\\"\\",%%note\\n.balign 4\\n.4byte 992f-991f,994f-993f,3\\n991:.asciz \\"stapsdt\\"\\n992:.balign 4\\n"
        "993:.8byte 990b,_.stapsdt.base,sem\\n.asciz \\"demo\\"\\n.asciz \\"fired\\"\\n.asciz \\"-4@$1 8@%%rdi\\"\\n994:.balign 4\\n.popsection\\n"
        ".pushsection .stapsdt.base,\\"aG\\",%%progbits,.stapsdt.base,comdat\\n.weak _.stapsdt.base\\n.hidden _.stapsdt.base\\n_.stapsdt.base: .space 1\\n.size _.stapsdt.base,1\\n.popsection\\n"
        : : "r"(x)); return x; }
      int main(int argc, char **argv) { return inner(argc) + sem; }`
    await writeFile(path.join(folder, 'demo.c'), source)
    run('gcc', ['-O1', '-Wl,--build-id', path.join(folder, 'demo.c'), '-o', path.join(folder, 'demo')])
    sample = readFileSync(path.join(folder, 'demo'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  const readAll = (bytes: Uint8Array) => {
    const elf = new ElfFile(bytesSource(bytes))
    return { elf, buildId: elf.buildId, soname: elf.soname, functions: readElfFunctions(elf), usdt: readUsdtSites(elf) }
  }

  it('whole, is read like any other', () => {
    const { functions, usdt, buildId } = readAll(sample)
    expect(buildId).toMatch(/^[0-9a-f]{40}$/)
    expect(functions.functions.map((f) => f.name)).toEqual(expect.arrayContaining(['inner', 'main', '_start']))
    expect(usdt.sites).toMatchObject([
      { provider: 'demo', name: 'fired', semaphoreOffset: expect.any(Number), arguments: [{ size: 4, signed: true }, { size: 8 }] },
    ])
    const inner = functions.functions.find((f) => f.name === 'inner')
    expect(usdt.sites[0]?.offset).toBeGreaterThanOrEqual(inner?.offset ?? Number.POSITIVE_INFINITY)
    expect(usdt.sites[0]?.offset).toBeLessThan((inner?.offset ?? 0) + (inner?.size ?? 0))
  })

  it('with random bytes changed, cut or repeated, are read or refused, and nothing else', () => {
    let state = 1
    const random = (below: number) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return state % below
    }
    // Most mutations go where the numbers are: the headers, the section table, the notes and the symbol table.
    const tables = [
      [0, 64 + 56 * 13],
      [sample.readUInt32LE(40), 64 * sample.readUInt16LE(60)],
      [sample.indexOf('stapsdt') - 16, 96],
    ]
    const interesting = [0, 1, 0x7f, 0x80, 0xff]
    let refused = 0
    let readAnyway = 0
    const startedMs = performance.now()
    for (let round = 0; round < 4_000; round++) {
      const bytes = Buffer.from(sample)
      const changes = 1 + random(12)
      for (let i = 0; i < changes; i++) {
        const [start = 0, length = 1] = random(4) === 0 ? [0, bytes.length] : (tables[random(tables.length)] ?? [])
        bytes[Math.min(bytes.length - 1, start + random(length))] =
          random(2) === 0 ? random(256) : (interesting[random(interesting.length)] ?? 0)
      }
      try {
        const { functions, usdt } = readAll(round % 5 === 0 ? bytes.subarray(0, random(bytes.length)) : bytes)
        for (const { offset } of [...functions.functions, ...usdt.sites]) expect(Number.isSafeInteger(offset) && offset >= 0).toBe(true)
        readAnyway++
      } catch (error) {
        if (!(error instanceof ElfError)) throw error
        refused++
      }
    }
    expect(refused).toBeGreaterThan(100)
    expect(readAnyway).toBeGreaterThan(100)
    // A hang is what this is about; a whole minute is not.
    expect(performance.now() - startedMs).toBeLessThan(60_000)
  }, 120_000)

  it.each([
    ['nothing', new Uint8Array(0)],
    ['a few bytes', Buffer.from('\x7fELF\x02\x01')],
    ['a script', Buffer.from(`#!/bin/sh\n${'x'.repeat(200)}`)],
    ['zeros', new Uint8Array(4096)],
  ])('%s is no ELF file', (_, bytes) => {
    expect(() => readAll(bytes)).toThrow(ElfError)
  })

  it('with tables that overlap and names without an end do not keep the reader busy', () => {
    // Each section is the same table of symbols, and all names are the rest of the file: together terabytes.
    const sections = 20_000
    const [tableAt, namesAt] = [sample.length, sample.length + 24 * 50_000]
    const headersAt = namesAt + 4 * 1024 * 1024
    const bytes = Buffer.alloc(headersAt + 64 * sections, 'x')
    sample.copy(bytes)
    for (let at = tableAt; at < namesAt; at += 24) {
      bytes.fill(0, at, at + 24)
      bytes.writeUInt8(0x12, at + 4)
      bytes.writeUInt16LE(1, at + 6)
    }
    const header = (index: number, type: number, offset: number, size: number, link: number) => {
      const at = headersAt + index * 64
      bytes.fill(0, at, at + 64)
      bytes.writeUInt32LE(type, at + 4)
      bytes.writeBigUInt64LE(BigInt(offset), at + 24)
      bytes.writeBigUInt64LE(BigInt(size), at + 32)
      bytes.writeUInt32LE(link, at + 40)
    }
    header(0, 3, namesAt, headersAt - namesAt, 0)
    for (let i = 1; i < sections; i++) header(i, i % 2 === 0 ? 2 : 11, tableAt, namesAt - tableAt, 0)
    bytes.writeBigUInt64LE(BigInt(headersAt), 40)
    bytes.writeUInt16LE(sections, 60)
    bytes.writeUInt16LE(0, 62)
    expect(readAll(bytes).functions).toMatchObject({ functions: [], truncated: true })
    // The same with notes.
    for (let i = 1; i < sections; i++) header(i, 7, tableAt, namesAt - tableAt, 0)
    expect(() => readAll(bytes)).toThrow('over the limit')
  })

  it('with tables far outside of the file are refused before anything is read', () => {
    const cases: Array<[number, number]> = [
      [32, 2 ** 40],
      [40, 2 ** 40],
      [40, 2 ** 62],
    ]
    for (const [at, value] of cases) {
      const bytes = Buffer.from(sample)
      bytes.writeBigUInt64LE(BigInt(value), at)
      expect(() => readAll(bytes)).toThrow(ElfError)
    }
  })
})
