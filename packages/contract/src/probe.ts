import * as z from 'zod'

/**
 * What to instrument, as typed data. The patterns here say what a name can look like at all; that it exists is checked on the host
 * against tracefs, the kernel's symbols and the ELF file. What reaches a tool is what the host found, never this text.
 */

/** In names of functions, tracepoints and USDT probes `*` stands for any characters: resolved on the host, to a few dozen at most. */
const wordPattern = (extra: string, max: number) => new RegExp(`^[A-Za-z0-9_*${extra}]{1,${max}}$`)
const tracefsName = z.string().regex(wordPattern('-', 64), 'a tracepoint is named with letters, digits, "_", "-" (and "*")')
const kernelFunction = z.string().regex(wordPattern('.', 128), 'a kernel function is named with letters, digits, "_", "." (and "*")')
/** Symbols as they stand in the ELF file (mangled). Go and Rust use most of ASCII; white space and control characters nobody does. */
const userFunction = z.string().regex(/^[\x21-\x7e]{1,1024}$/, 'a symbol has no white space and only ASCII characters')
const usdtWord = z.string().regex(wordPattern('.:-', 128), 'a USDT probe is named with letters, digits, "_", "-", ":" (and "*")')

export const binaryPathSchema = z
  .string()
  .max(1024)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be in a path
  .regex(/^\/[^\x00-\x1f\x7f]*$/, 'a path is absolute and has no control characters')
  .refine((path) => !path.split('/').some((part) => part === '..' || part === '.'), 'a path has no . or .. in it')

/** File name of a shared library, as in `libc.so.6`. */
export const libraryNameSchema = z.string().regex(/^[A-Za-z0-9_.+-]{1,128}$/, 'a library is named like libc.so.6')
const pidSchema = z.number().int().min(1).max(4_194_304)
export const commSchema = z.string().min(1).max(15)

/**
 * Which file a user-space probe lies in.
 * - path: a file of the host.
 * - pid: the executable of a process, or a library that it has mapped; looked up where the process sees it (containers).
 * - process: the same for every process of this comm; all must have the same build, else the largest group is taken and it is said.
 * - library: the host's shared library of this name, as the dynamic linker would find it.
 */
export const binaryRefSchema = z.discriminatedUnion('of', [
  z.object({ of: z.literal('path'), path: binaryPathSchema }).strict(),
  z.object({ of: z.literal('pid'), pid: pidSchema, library: libraryNameSchema.optional() }).strict(),
  z.object({ of: z.literal('process'), name: commSchema, library: libraryNameSchema.optional() }).strict(),
  z.object({ of: z.literal('library'), name: libraryNameSchema }).strict(),
])
export type BinaryRef = z.infer<typeof binaryRefSchema>

export const PROBE_KINDS = ['tracepoint', 'kprobe', 'uprobe', 'usdt', 'pmu'] as const
export const probeKindSchema = z.enum(PROBE_KINDS)
export type ProbeKind = z.infer<typeof probeKindSchema>

/** `return`: when the function returns (kretprobe, uretprobe). */
const at = z.enum(['entry', 'return']).default('entry')

export const tracepointSchema = z.object({ kind: z.literal('tracepoint'), category: tracefsName, name: tracefsName }).strict()
export const kprobeSchema = z.object({ kind: z.literal('kprobe'), function: kernelFunction, at }).strict()
export const uprobeSchema = z.object({ kind: z.literal('uprobe'), binary: binaryRefSchema, function: userFunction, at }).strict()
export const usdtSchema = z.object({ kind: z.literal('usdt'), binary: binaryRefSchema, provider: usdtWord, name: usdtWord }).strict()
/**
 * A hardware, cache or software event as perf names it: `cycles`, `LLC-load-misses`, `page-faults`, `cpu-clock`. `cpu`: whatever best
 * samples CPU time on the host (cycles with a PMU, else cpu-clock).
 */
export const pmuEventNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/, 'an event is named like cycles or LLC-load-misses')
  // perf takes such a name for a BPF program, which it compiles or loads from the folder that it runs in.
  .regex(/^(?!.*\.(c|o|obj|bpf)$)/i, 'an event is not named like a file')
export const pmuSchema = z.object({ kind: z.literal('pmu'), event: pmuEventNameSchema }).strict()

export const probeSchema = z.discriminatedUnion('kind', [tracepointSchema, kprobeSchema, uprobeSchema, usdtSchema, pmuSchema])
export type Probe = z.infer<typeof probeSchema>

/** A probe that fires at an event and has arguments: all but counters. */
export const eventProbeSchema = z.discriminatedUnion('kind', [tracepointSchema, kprobeSchema, uprobeSchema, usdtSchema])
export type EventProbe = z.infer<typeof eventProbeSchema>
