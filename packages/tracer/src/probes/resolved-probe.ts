/**
 * A probe as this host has it: found, not copied from the request. Names in here come from tracefs, BTF, the kernel's symbols or an ELF
 * file, and were compared with what was asked for; numbers were read, never parsed from user text. This is what programs, perf events,
 * dry counts and the host's policy are made from.
 */
export type ResolvedProbe = ResolvedTracepoint | ResolvedKprobe | ResolvedUprobe | ResolvedUsdt | ResolvedPmu

/** How a value is read: as an integer of some width, as text behind a pointer, or as text that lies in the record itself. */
export type ArgumentType =
  | { kind: 'int'; bytes: 1 | 2 | 4 | 8; signed: boolean }
  | { kind: 'pointer'; to: 'user-text' | 'kernel-text' | 'other' }
  | { kind: 'char-array'; length: number }
  /**
   * Text whose place stands in the record. `at`: that place, where it is always the same: behind the fields of fixed length. `missedBy`:
   * how far the tool that reads it misses it, by a fault of its own.
   */
  | { kind: 'data-loc-text'; at?: number; missedBy?: number }
  /** `__u8 saddr[4]`: an address, an identifier. */
  | { kind: 'byte-array'; length: number }
  | { kind: 'other'; cType: string }

export type ProbeArgument = {
  /** As in `args.NAME`. */
  name: string
  type: ArgumentType
  /** What it was declared as, for people. */
  cType: string
  /** Of functions and USDT probes: which argument it is, from 0. */
  position?: number
}

type Common = {
  /** In the field's notation, as `probeLabel` makes it, with wildcards resolved. */
  label: string
  /** What had to be decided to find it, a sentence for the result's notes: one of several builds, a copy of a function. */
  note?: string
  arguments: readonly ProbeArgument[]
}

export type ResolvedTracepoint = Common & {
  kind: 'tracepoint'
  category: string
  name: string
  /** tracefs `id`: config of a PERF_TYPE_TRACEPOINT event. */
  id: number
}

export type ResolvedKprobe = Common & { kind: 'kprobe'; function: string; at: 'entry' | 'return'; returnType: ArgumentType | null }

/** A file that is held open, so that what is probed is what was checked. */
export type ProbedFile = {
  /** A path that opens this very file for any process on the host while it is held: digits and slashes only, as in `/proc/4242/fd/17`. */
  openPath: string
  /** As people know it, for labels and policy: the path in the target's mount namespace. Never part of a program. */
  shownPath: string
  /** The same file as seen from the host's mount namespace (`/proc/PID/root/…` for containers). */
  hostPath: string
  buildId: string | null
  /** Processes it was found through; empty for a path or library of the host. */
  pids: readonly number[]
}

export type ResolvedUprobe = Common & {
  kind: 'uprobe'
  file: ProbedFile
  /** As in the symbol table (mangled). */
  symbol: string
  demangled: string | null
  /** Offset in the file of the first instruction; address as linked. */
  fileOffset: number
  address: number
  /** Length in bytes; 0 or absent where the file does not say. */
  sizeBytes?: number
  /** Only its separate debug file knows the function: tools that look it up in the file itself do not find it. */
  fromDebugFile?: boolean
  at: 'entry' | 'return'
}

export type ResolvedUsdt = Common & {
  kind: 'usdt'
  file: ProbedFile
  provider: string
  name: string
  /** A probe may be compiled into several places. `semaphoreOffset`: file offset of its counter, 0 for none. `arguments`: gas operands, `8@%rbx`. */
  locations: readonly { fileOffset: number; semaphoreOffset: number; operands: readonly string[] }[]
}

export type ResolvedPmu = Common & { kind: 'pmu'; event: string }
