import { readdir, readFile } from 'node:fs/promises'
import { cpus, machine, release } from 'node:os'
import type { CatalogueEntry, KprobeEntry, TracepointEntry } from '@sonde/contract'
import { deniedKernelFunction } from '../guardrails/deny-list.ts'
import { readText } from '../host/read-text.ts'
import { BtfFunctions } from './btf.ts'
import { BtfError } from './btf-error.ts'
import { type CatalogueText, catalogueText } from './catalogue-text.ts'
import { buildIdIn, readNotes } from './elf/elf-file.ts'
import { isReshapedCopy, type KernelFunctionList, listKernelFunctions, moduleTracepoints, nameInSource } from './kernel-functions.ts'
import { listPmuEvents } from './pmu-events.ts'
import { readWholeFile } from './read-whole-file.ts'
import { parseTracepointFormat } from './tracepoint-format.ts'

const TRACEFS = '/sys/kernel/tracing'
const BTF = '/sys/kernel/btf'
const BLACKLIST = '/sys/kernel/debug/kprobes/blacklist'
const AT_ONCE = 64
/** Groups in which tools and Sonde itself make events of their own; those are not there for the next one. */
const MADE_GROUP = /^(sonde_|uprobes$|kprobes$|eprobes$|synthetic$|probe(_|$)|sdt_)/

/**
 * What this host's kernel, its loaded modules and its CPU offer: three catalogues, so that hosts share the first, which is large, even
 * when their hardware differs. The second is left out where no module brings anything. Takes seconds of CPU and a few hundred MB for a
 * moment: run it in a process of its own.
 */
export async function readKernelCatalogues(): Promise<CatalogueText[]> {
  const [kallsyms, notes] = await Promise.all([readText('/proc/kallsyms'), readBuildId()])
  const btf = await readBtf()
  const functions = await readFunctions(kallsyms, btf)
  const tracepoints = await readTracepoints(kallsyms)
  const entries: CatalogueEntry[] = [...tracepoints.entries, ...functions.entries]
  const inModule = (entry: CatalogueEntry) => (entry.kind === 'tracepoint' || entry.kind === 'kprobe') && entry.module !== null
  const linux = `Linux ${release()} ${machine()}`
  const catalogues = [
    catalogueText(
      { kind: 'kernel', title: linux, buildId: notes, notes: [...tracepoints.notes, ...functions.notes, ...btf.notes] },
      entries.filter((entry) => !inModule(entry)),
    ),
  ]
  const ofModules = entries.filter(inModule)
  if (ofModules.length > 0)
    catalogues.push(catalogueText({ kind: 'modules', title: `Modules of ${linux}`, buildId: null, notes: [] }, ofModules))
  const pmu = await listPmuEvents()
  const events = pmu.events.map(({ name, group, description, sampled }): CatalogueEntry => {
    return { kind: 'pmu', id: name, label: null, refusal: null, group, description, sampled }
  })
  catalogues.push(
    catalogueText({ kind: 'pmu', title: (cpus()[0]?.model ?? '').trim() || machine(), buildId: null, notes: pmu.notes }, events),
  )
  return catalogues
}

async function readBuildId(): Promise<string | null> {
  const bytes = await readWholeFile('/sys/kernel/notes')
  return bytes === null ? null : buildIdIn(readNotes(bytes, 4))
}

type KernelBtf = { vmlinux: BtfFunctions | null; modules: Map<string, BtfFunctions>; notes: string[] }

async function readBtf(): Promise<KernelBtf> {
  const vmlinux = await parseBtf(`${BTF}/vmlinux`, null)
  if (vmlinux === null) {
    return { vmlinux, modules: new Map(), notes: ['This kernel has no BTF: the arguments of its functions are not known.'] }
  }
  const modules = new Map<string, BtfFunctions>()
  for (const name of await readdir(BTF).catch(() => [])) {
    const module = name === 'vmlinux' ? null : await parseBtf(`${BTF}/${name}`, vmlinux)
    if (module !== null) modules.set(name, module)
  }
  return { vmlinux, modules, notes: [] }
}

/** Null where there is none, or one of a version that is not known: types are then unknown, which is no reason to stop. */
async function parseBtf(file: string, base: BtfFunctions | null): Promise<BtfFunctions | null> {
  const bytes = await readWholeFile(file)
  if (bytes === null) return null
  try {
    return new BtfFunctions(bytes, base)
  } catch (error) {
    if (error instanceof BtfError) return null
    throw error
  }
}

async function readFunctions(kallsyms: string, btf: KernelBtf): Promise<{ entries: KprobeEntry[]; notes: string[] }> {
  const [available, blacklist] = await Promise.all([
    readFile(`${TRACEFS}/available_filter_functions`, 'utf8').catch(() => null),
    readFile(BLACKLIST, 'utf8').catch(() => null),
  ])
  const typesOf = (module: string | null) => (module === null ? btf.vmlinux : (btf.modules.get(module) ?? null))
  // Of a module without BTF every function counts: nothing says which ones are real.
  const hasType = (name: string, module: string | null) => typesOf(module)?.has(name) ?? true
  const list = listKernelFunctions({ available, kallsyms, blacklist, hasType: btf.vmlinux === null ? null : hasType })
  const entries = list.functions.map(({ name, module, refusal }): KprobeEntry => {
    const denied = refusal ?? (deniedKernelFunction(name) === null ? null : 'deny-list')
    return { kind: 'kprobe', id: name, label: null, refusal: denied, module, signature: signatureOf(typesOf(module), name) }
  })
  return { entries, notes: notesOn(list, kallsyms) }
}

function signatureOf(types: BtfFunctions | null, name: string): KprobeEntry['signature'] {
  if (types === null || isReshapedCopy(name)) return null
  try {
    return types.signature(nameInSource(name))
  } catch (error) {
    if (error instanceof BtfError) return null
    throw error
  }
}

function notesOn(list: KernelFunctionList, kallsyms: string): string[] {
  if (kallsyms === '') return ['The kernel does not list its functions (/proc/kallsyms cannot be read).']
  if (list.source === 'available_filter_functions') return []
  return ['The kernel does not say which functions can be traced; listed are those that its symbols and types name.']
}

async function readTracepoints(kallsyms: string): Promise<{ entries: TracepointEntry[]; notes: string[] }> {
  const [events, dynamic] = await Promise.all([readText(`${TRACEFS}/available_events`), readText(`${TRACEFS}/dynamic_events`)])
  const made = new Set([...dynamic.matchAll(/^[a-z]\d*:([\w-]+)\/([\w-]+)/gm)].map(([, group, name]) => `${group}:${name}`))
  const modules = moduleTracepoints(kallsyms)
  const ids = events.split('\n').filter((id) => /^[\w-]+:[\w-]+$/.test(id) && !made.has(id) && !MADE_GROUP.test(id))
  if (ids.length === 0) return { entries: [], notes: ['No tracepoints are known: tracefs is not mounted at /sys/kernel/tracing.'] }
  const builtIn = new Set([...kallsyms.matchAll(/ [tT] __traceiter_(\S+)$/gm)].map(([, name]) => name))
  const entries: TracepointEntry[] = []
  for (let i = 0; i < ids.length; i += AT_ONCE) {
    const found = await Promise.all(
      ids.slice(i, i + AT_ONCE).map(async (id): Promise<TracepointEntry[]> => {
        const format = parseTracepointFormat(await readText(`${TRACEFS}/events/${id.replace(':', '/')}/format`))
        if (format === null) return []
        const { printFmt } = format
        const fields = format.fields.map(({ name, cType, offset, size, signed, kind }) => ({ name, cType, offset, size, signed, kind }))
        const module = builtIn.has(format.name) ? null : (modules.get(format.name) ?? null)
        return [{ kind: 'tracepoint', id, label: null, refusal: null, module, printFmt, fields }]
      }),
    )
    entries.push(...found.flat())
  }
  const unread = ids.length - entries.length
  return { entries, notes: unread === 0 ? [] : [`${unread} tracepoints have no format that could be read and are left out.`] }
}
