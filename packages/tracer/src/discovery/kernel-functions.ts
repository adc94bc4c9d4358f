/** Why a function of the kernel is listed, but must not be probed. */
export type KernelFunctionRefusal =
  /** On the kernel's own list of functions that a kprobe would break (kprobe core, entry code, noinstr). */
  | 'kprobe-blacklist'
  /** Several functions have this name: by name, a probe would hit an unknown one of them. */
  | 'ambiguous-name'

export type KernelFunction = {
  name: string /** Null for the kernel itself. */
  module: string | null
  refusal: KernelFunctionRefusal | null
}

export type KernelFunctionSources = {
  /** tracefs `available_filter_functions`; null where it cannot be read. */
  available: string | null
  /** /proc/kallsyms. */
  kallsyms: string
  /** debugfs `kprobes/blacklist`; null where it cannot be read. */
  blacklist: string | null
  /** Whether BTF describes a function; null where there is no BTF. */
  hasType: ((name: string, module: string | null) => boolean) | null
}

export type KernelFunctionList = {
  functions: KernelFunction[]
  /** Where the list comes from: what ftrace can hook, or (where the kernel does not say) code symbols that BTF describes. */
  source: 'available_filter_functions' | 'kallsyms-and-btf' | 'kallsyms'
}

const NAME = /^[A-Za-z0-9_.]{1,128}$/
/** Names that the build adds around functions: padding, CFI types, static calls. Pieces of a function that stand elsewhere end in `.cold`. */
const NOT_A_FUNCTION = /^(__pfx_|__cfi_|__SCT__|__ftrace_invalid_address)|\.cold(\.|$)/
/** Pseudo-modules of code that comes and goes while the kernel runs. */
const GENERATED_MODULE = /^(bpf|__builtin__.*)$/

type Symbols = {
  /** Code symbols that are function entries, by module ('' for the kernel itself). */
  entries: Array<{ name: string; module: string; address: string }>
  /** How many code symbols have this name. */
  copies: Map<string, number>
  markers: Map<string, string>
}

/**
 * The functions of a kernel that a probe can be put on, sorted by name, each name once. Copies that the compiler made
 * (`.isra.0`, `.constprop.0`, `.part.0`) are functions of their own and keep their names; BTF knows them by the name before the dot.
 */
export function listKernelFunctions(sources: KernelFunctionSources): KernelFunctionList {
  const symbols = readKallsyms(sources.kallsyms)
  const blacklist = readBlacklist(sources.blacklist ?? '')
  const isProtected = protectedRanges(symbols.markers)
  const isFreed = rangeTest(symbols.markers, 'sinittext', 'einittext')
  const byName = new Map<string, KernelFunction>()
  const add = (name: string, module: string, address: string | null) => {
    if (byName.has(name)) return
    const forbidden = blacklist.has(name) || (address !== null && isProtected(address))
    const refusal = forbidden ? 'kprobe-blacklist' : (symbols.copies.get(name) ?? 0) > 1 ? 'ambiguous-name' : null
    byName.set(name, { name, module: module || null, refusal })
  }
  const available = parseAvailable(sources.available ?? '')
  if (available.length > 0) {
    const addresses = new Map(symbols.entries.map((symbol) => [symbol.name, symbol.address]))
    for (const { name, module } of available) add(name, module, addresses.get(name) ?? null)
  } else {
    for (const { name, module, address } of symbols.entries) {
      // Code for the start of the kernel is gone by now; its symbols are not.
      if (isFreed(address)) continue
      const typed = sources.hasType?.(nameInSource(name), module || null) ?? true
      if (typed) add(name, module, address)
    }
  }
  const source = available.length > 0 ? 'available_filter_functions' : sources.hasType ? 'kallsyms-and-btf' : 'kallsyms'
  return { functions: [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1)), source }
}

/** `foo.isra.0` → `foo`. */
export function nameInSource(name: string): string {
  const dot = name.indexOf('.', 1)
  return dot < 0 ? name : name.slice(0, dot)
}

/**
 * A copy of a function that the compiler made for some callers: it may have dropped or changed arguments, so that the source's
 * argument list does not hold for it.
 */
export function isReshapedCopy(name: string): boolean {
  return /\.(isra|constprop|part)\./.test(name)
}

/** Modules that kallsyms knows a `__traceiter_` function of: the tracepoints that a module brings. Tracepoint name → module. */
export function moduleTracepoints(kallsyms: string): Map<string, string> {
  const modules = new Map<string, string>()
  for (const [, name = '', module = ''] of kallsyms.matchAll(/ [tT] __traceiter_(\S+)\t\[(\S+)\]$/gm)) modules.set(name, module)
  return modules
}

/** Lines are `name` and, for modules, ` [module]`. */
function parseAvailable(text: string): Array<{ name: string; module: string }> {
  return text.split('\n').flatMap((line) => {
    const [, name = '', module = ''] = /^(\S+)(?:\s+\[(\S+)\])?$/.exec(line) ?? []
    return NAME.test(name) && !NOT_A_FUNCTION.test(name) ? [{ name, module }] : []
  })
}

/** Lines are `address type name` and, for modules, `\t[module]`. Addresses are all zeros where the kernel hides them. */
function readKallsyms(text: string): Symbols {
  const symbols: Symbols = { entries: [], copies: new Map(), markers: new Map() }
  for (const line of text.split('\n')) {
    const type = line[17]
    if (type !== 't' && type !== 'T' && type !== 'w' && type !== 'W' && type !== 'B') continue
    const [name = '', module = ''] = line.slice(19).split('\t')
    const address = line.slice(0, 16)
    const marker = MARKER.exec(name)
    if (marker?.[1] !== undefined) symbols.markers.set(marker[1], address)
    if (type === 'B' || !NAME.test(name) || NOT_A_FUNCTION.test(name)) continue
    const moduleName = module.replace(/^\[(.*)\]$/, '$1')
    if (GENERATED_MODULE.test(moduleName)) continue
    symbols.copies.set(name, (symbols.copies.get(name) ?? 0) + 1)
    symbols.entries.push({ name, module: moduleName, address })
  }
  return symbols
}

const MARKER = /^_{1,2}((?:noinstr|kprobes|entry|cpuidle)_text_(?:start|end)|sinittext|einittext)$/

/** Sections whose functions the kernel refuses to probe, by the symbols that its linker script puts around them. */
function protectedRanges(markers: ReadonlyMap<string, string>): (address: string) => boolean {
  const tests = ['noinstr', 'kprobes', 'entry'].map((name) => rangeTest(markers, `${name}_text_start`, `${name}_text_end`))
  return (address) => tests.some((test) => test(address))
}

/** Addresses are hex of one length, so that they compare as text. */
function rangeTest(markers: ReadonlyMap<string, string>, startName: string, endName: string): (address: string) => boolean {
  const start = markers.get(startName)
  const end = markers.get(endName)
  if (start === undefined || end === undefined || /^0+$/.test(start)) return () => false
  return (address) => address >= start && address < end
}

/** Lines are `0xstart-0xend\tname`. */
function readBlacklist(text: string): Set<string> {
  return new Set([...text.matchAll(/^0x[0-9a-f]+-0x[0-9a-f]+\s+(\S+)/gm)].map((match) => match[1] ?? ''))
}
