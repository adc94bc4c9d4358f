import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { detectFacts } from '../host/detect-facts.ts'
import { BtfFunctions } from './btf.ts'
import { cTextOf } from './btf-c-text.ts'
import { BtfError } from './btf-error.ts'
import { BTF_KIND } from './btf-types.ts'
import { listKernelFunctions, nameInSource } from './kernel-functions.ts'
import { parseTracepointFormat } from './tracepoint-format.ts'

// The parsers against this machine's kernel, with bpftool as the oracle of BTF.
const VMLINUX = '/sys/kernel/btf/vmlinux'
const EVENTS = '/sys/kernel/tracing/events'
const run = (file: string, args: string[]) => execFileSync(file, args, { encoding: 'utf8', maxBuffer: 1024 ** 3 })

// perf mounts tracefs where it is missing.
beforeAll(async () => {
  await detectFacts()
})

describe('every tracepoint format of this kernel', () => {
  it('is read completely, and no field is of a kind that was guessed', ({ skip }) => {
    if (!existsSync(EVENTS)) skip('tracefs is not mounted')
    let events = 0
    for (const category of readdirSync(EVENTS)) {
      if (!/^\w/.test(category) || /\.|^(enable|header_)/.test(category)) continue
      for (const name of readdirSync(`${EVENTS}/${category}`).filter((entry) => existsSync(`${EVENTS}/${category}/${entry}/format`))) {
        const text = readFileSync(`${EVENTS}/${category}/${name}/format`, 'utf8')
        const format = parseTracepointFormat(text)
        events++
        const lines = text.split('\n').filter((line) => line.startsWith('\tfield:') && !/ common_\w+;/.test(line))
        expect([category, name, format?.name, format?.fields.length]).toEqual([category, name, name, lines.length])
        for (const [i, field] of (format?.fields ?? []).entries()) {
          // The declaration, put together again, is what the kernel wrote.
          const [, type = '', brackets = ''] = /^(.*?)((?:\[[^\]]*\])?)$/.exec(field.cType) ?? []
          const written =
            field.cType.startsWith('__data_loc') || field.cType.startsWith('__rel_loc')
              ? `${field.cType} ${field.name}`
              : `${type} ${field.name}${brackets}`
          expect(lines[i]?.replaceAll(/\s+/g, '')).toContain(`field:${written};`.replaceAll(/\s+/g, ''))
        }
      }
    }
    expect(events).toBeGreaterThan(500)
  })
})

describe('BTF of this kernel', () => {
  let kernel: BtfFunctions
  beforeAll(() => {
    if (existsSync(VMLINUX)) kernel = new BtfFunctions(readFileSync(VMLINUX))
  })

  it('has the functions, arguments and types that bpftool finds', ({ skip }) => {
    if (!kernel) skip('this kernel has no BTF')
    const raw = run('bpftool', ['btf', 'dump', 'file', VMLINUX, 'format', 'raw'])
    const KINDS: Record<string, number> = {
      INT: 1,
      PTR: 2,
      ARRAY: 3,
      STRUCT: 4,
      UNION: 5,
      ENUM: 6,
      FWD: 7,
      TYPEDEF: 8,
      VOLATILE: 9,
      CONST: 10,
      RESTRICT: 11,
      FUNC: 12,
      FUNC_PROTO: 13,
    }
    let functions = 0
    let prototypes = 0
    let current = 0
    let parameter = 0
    for (const line of raw.split('\n')) {
      const type = /^\[(\d+)\] (\w+) '(.*?)'(.*)$/.exec(line)
      if (type) {
        const [, id = '', kind = '', name = '', rest = ''] = type
        current = Number(id)
        parameter = 0
        const mine = kernel.types.type(current)
        if (KINDS[kind] !== undefined && mine.kind !== KINDS[kind]) throw new Error(`type ${id} is ${kind}, not ${mine.kind}`)
        if (name !== '(anon)' && kernel.types.nameOf(current) !== name) throw new Error(`type ${id} is called ${name}`)
        if (kind === 'FUNC') {
          functions++
          expect(rest).toContain(`type_id=${mine.sizeOrType} `)
          expect(kernel.has(name)).toBe(true)
        }
        if (kind === 'FUNC_PROTO') {
          prototypes++
          if (!rest.includes(`ret_type_id=${mine.sizeOrType} vlen=${mine.members}`)) throw new Error(`prototype ${id}: ${rest}`)
        }
        continue
      }
      const member = /^\t'(.*)' type_id=(\d+)$/.exec(line)
      if (member && kernel.types.type(current).kind === BTF_KIND.funcProto) {
        const [, name = '', typeId = ''] = member
        const mine = [kernel.types.string(kernel.types.word(current, parameter * 2)), kernel.types.word(current, parameter * 2 + 1)]
        if (mine[0] !== (name === '(anon)' ? '' : name) || mine[1] !== Number(typeId))
          throw new Error(`parameter ${parameter} of ${current}: ${line}`)
        parameter++
      }
    }
    expect(functions).toBeGreaterThan(10_000)
    expect(prototypes).toBeGreaterThan(1_000)
  }, 120_000)

  it('spells types as C does: a compiler that reads them writes the same BTF again', ({ skip }) => {
    if (!kernel) skip('this kernel has no BTF')
    const all = [...kernel.names].sort()
    const picked = all.filter((_, i) => i % Math.ceil(all.length / 400) === 0)
    const known = picked.flatMap((name) => {
      const signature = kernel.signature(name)
      // What has no name, and what only its layout tells apart, cannot be written down again.
      const types = signature ? [...signature.arguments, signature.returns].map((value) => value.cType) : []
      return signature && !types.some((type) => /\{|\[0\]/.test(type)) ? [{ name, signature }] : []
    })
    expect(known.length).toBeGreaterThan(300)
    const declarations = known.map(({ signature }, i) => {
      const list = [...signature.arguments.map((argument) => `__typeof__(${argument.cType})`), ...(signature.variadic ? ['...'] : [])]
      return `__typeof__(${signature.returns.cType}) (*f${i})(${list.join(', ') || 'void'}) = 0;`
    })
    const header = run('bpftool', ['btf', 'dump', 'file', VMLINUX, 'format', 'c'])
    const program = `${header}\n${declarations.join('\n')}`
    const object = execFileSync('clang', ['-target', 'bpf', '-g', '-O0', '-w', '-x', 'c', '-', '-c', '-o', '-'], {
      input: program,
      maxBuffer: 1024 ** 3,
    })
    // The `.BTF` section of the object, by its magic and version.
    const start = object.indexOf(Buffer.from([0x9f, 0xeb, 1, 0]))
    const again = new BtfFunctions(object.subarray(start))
    const variables = new Map([...again.types.ids()].map((id) => [again.types.nameOf(id), again.types.type(id)]))
    for (const [i, { name, signature }] of known.entries()) {
      const list = [...signature.arguments.map((argument) => argument.cType), ...(signature.variadic ? ['...'] : [])]
      const written = `${signature.returns.cType}${signature.returns.cType.endsWith('*') ? '' : ' '}(*)(${list.join(', ') || 'void'})`
      expect([name, cTextOf(again.types, variables.get(`f${i}`)?.sizeOrType ?? 0)]).toEqual([name, written])
    }
  }, 120_000)

  it('knows well-known signatures', ({ skip }) => {
    if (!kernel) skip('this kernel has no BTF')
    const text = (name: string) => {
      const signature = kernel.signature(name)
      return `${signature?.returns.cType} (${signature?.arguments.map((argument) => `${argument.cType} ${argument.name}`).join(', ')})`
    }
    expect(text('vfs_read')).toBe('ssize_t (struct file * file, char * buf, size_t count, loff_t * pos)')
    expect(kernel.signature('_printk')?.variadic).toBe(true)
    expect(kernel.signature('no_such_function')).toBeNull()
  })

  it('cut or changed anywhere is refused, or read without a crash', ({ skip }) => {
    if (!kernel) skip('this kernel has no BTF')
    const bytes = readFileSync(VMLINUX)
    const names = [...kernel.names].slice(0, 50)
    let state = 42
    const random = (below: number) => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
      return state % below
    }
    for (let round = 0; round < 40; round++) {
      const changed = new Uint8Array(bytes)
      for (let i = 0; i < 20; i++) changed[round % 2 === 0 ? random(64) : random(changed.length)] = random(256)
      try {
        const mutant = new BtfFunctions(round % 3 === 0 ? changed.subarray(0, random(changed.length)) : changed)
        for (const name of names) mutant.signature(name)
      } catch (error) {
        expect(error).toBeInstanceOf(BtfError)
      }
    }
  }, 120_000)

  it('and kallsyms agree on functions that are there', ({ skip }) => {
    if (!kernel) skip('this kernel has no BTF')
    const kallsyms = readFileSync('/proc/kallsyms', 'utf8')
    const list = listKernelFunctions({ available: null, kallsyms, blacklist: null, hasType: (name) => kernel.has(name) })
    const names = new Set(list.functions.map((f) => f.name))
    for (const name of ['vfs_read', 'tcp_sendmsg', 'do_sys_openat2', 'schedule']) expect(names).toContain(name)
    for (const { name } of list.functions) if (!kernel.has(nameInSource(name))) throw new Error(`${name} is not in BTF`)
    expect(list.functions.length).toBeGreaterThan(10_000)
    expect(list.functions.filter((f) => f.refusal === 'ambiguous-name').length).toBeLessThan(list.functions.length / 20)
  })
})
