import { FRAME_KIND, type Profile } from '@sonde/profile'
import {
  type Block,
  CONTEXT_LOW,
  CONTEXT_LOW_MIN,
  type EventAttr,
  idOfKey,
  MISC,
  PerfDataError,
  type PerfStreamHandler,
  RECORD,
  type StreamEvent,
} from '@sonde/profile/perf-data'
import type { ProcessCgroups } from '../host/process-cgroups.ts'
import { AddressTable, CONTEXT, type Context } from './address-table.ts'
import { BpfSymbols, relative } from './bpf-symbols.ts'
import { ChainTable } from './chain-table.ts'
import { ChainCompleter, type EventTraits, PLAIN_TRAITS, weightOf } from './event-traits.ts'
import { FrameNames } from './frame-names.ts'
import type { MountRoots } from './mount-roots.ts'
import { ProcessTable, type Thread } from './process-table.ts'
import { type FrameCounts, type ProfileOptions, type StackSamples, stackProfile } from './stack-profile.ts'
import type { ResolvedFrame } from './symbol-text.ts'
import { ThinStream } from './thin-stream.ts'

export type StackRecorderOptions = {
  /** The kernel's depth limit (kernel.perf_event_max_stack): stacks of this many frames count as cut. */
  maxStack: number
  /** Keep only samples of these processes and of what they start; undefined for all. */
  onlyPids?: readonly number[] | undefined
  /** Where the files of containers are; absent for recordings that were made elsewhere. */
  mountRoots?: MountRoots | undefined
  /** In which cgroup processes are; absent for recordings that were made elsewhere. */
  cgroups?: ProcessCgroups | undefined
  /** Called with each event once; default does nothing. */
  onEvent?: (attr: EventAttr) => void
  /** What samples of an event mean; null: it is not recorded. Without it, only the first event that has samples is. */
  traitsOf?: ((attr: EventAttr) => EventTraits | null) | undefined
  /** Whether a sample of this task is kept, where perf could not tell; those that are not are counted. */
  keeps?: ((thread: Thread) => boolean) | undefined
  onInitialised?: () => void
  /** Takes every sample's stack, which then is in no batch. */
  onStack?: ((sample: StackSample) => void) | undefined
  /** A task has got a CPU, where perf was told to record that (--switch-events). */
  onSwitchIn?: ((pid: number, tid: number, timeNs: number) => void) | undefined
  onExit?: ((tid: number) => void) | undefined
  /** Every process of `onlyPids`, and all that they have started, has ended. */
  onAllGone?: (() => void) | undefined
}

/** A sample whose chain is remembered. `block`, `offset`: its record. */
export type StackSample = { event: StreamEvent; thread: Thread; chain: number; timeNs: number; block: Block; offset: number }

/** How many addresses perf is asked for, and the number of the last one of them. */
export type AskedAddresses = { count: number; last: number }

/** What was recorded up to one moment: the bytes for perf, the addresses that they ask for, and the samples. */
export type StackBatch = StackSamples & { thinned: Uint8Array; asked: AskedAddresses }

/**
 * Takes perf's records in order, remembers samples as numbers of chains, and writes down (in a ThinStream) the addresses that perf has
 * to resolve.
 */
export class StackRecorder implements PerfStreamHandler {
  readonly counts = {
    samples: 0,
    idleSamples: 0,
    otherEventSamples: 0,
    filteredSamples: 0,
    /** Samples without a weight that could be added up: see `weightOf`. */
    weightless: 0,
    lost: 0,
    throttled: 0,
    truncatedStacks: 0,
  }
  readonly processes = new ProcessTable()
  readonly thin = new ThinStream()
  private readonly options: StackRecorderOptions
  private readonly addresses = new AddressTable()
  private readonly chains = new ChainTable()
  private readonly bpf = new BpfSymbols()
  /** User-space address → process it came up in first. */
  private pidOf: number[] = []
  private readonly names = new FrameNames()
  private entries = new Int32Array(256)
  private firstEvent: StreamEvent | null = null
  private event: StreamEvent | null = null
  /** By index of the event. */
  private readonly traits: (EventTraits | null)[] = []
  private readonly completer = new ChainCompleter()
  private kept: Set<number> | null
  /** Of those that are kept, processes that have not ended. */
  private readonly running: Set<number>
  private asked: AskedAddresses = { count: 0, last: -1 }
  private samples: StackSamples = { chains: [], threads: [], timesNs: [], weights: [] }

  constructor(options: StackRecorderOptions) {
    this.options = options
    this.kept = options.onlyPids === undefined ? null : new Set(options.onlyPids)
    this.running = new Set(options.onlyPids)
  }

  /** Bytes that are buffered for the next batch, roughly. */
  get bufferedBytes(): number {
    return this.thin.sizeBytes + this.samples.chains.length * 32
  }

  /** Bytes that stay for the whole recording, roughly. */
  get retainedBytes(): number {
    return this.chains.sizeBytes + this.addresses.length * 40
  }

  onInitialised(): void {
    this.options.onInitialised?.()
  }

  onEvent(event: StreamEvent, raw: Uint8Array): void {
    this.firstEvent ??= event
    this.thin.event(event.attr, raw)
    this.options.onEvent?.(event.attr)
    if (this.options.traitsOf !== undefined) this.traits[event.index] = this.options.traitsOf(event.attr)
  }

  onRecord(type: number, block: Block, offset: number, timeNs = 0): void {
    const { view } = block
    const size = view.getUint16(offset + 6, true)
    const misc = view.getUint16(offset + 4, true)
    const u32 = (at: number) => (at + 4 <= size ? view.getUint32(offset + at, true) : 0)
    const u64 = (at: number) => u32(at + 4) * 4_294_967_296 + u32(at)
    const pid = u32(8) | 0
    switch (type) {
      case RECORD.comm:
        this.processes.comm(pid, u32(12) | 0, cString(block, offset + 16, offset + size), (misc & MISC.commExec) !== 0)
        if ((misc & MISC.commExec) !== 0) {
          this.options.mountRoots?.executed(pid)
          this.options.cgroups?.executed(pid)
        }
        break
      case RECORD.fork:
        this.processes.fork(pid, u32(12) | 0, u32(16) | 0, u32(20) | 0, (misc & MISC.forkExec) === 0)
        if (this.kept?.has(u32(12) | 0)) {
          this.kept.add(pid)
          if (pid !== (u32(12) | 0)) this.running.add(pid)
        }
        if (pid !== (u32(12) | 0)) {
          this.options.mountRoots?.forked(pid, u32(12) | 0)
          this.options.cgroups?.forked(pid, u32(12) | 0)
        }
        break
      case RECORD.exit:
        this.processes.exit(pid, u32(16) | 0)
        this.options.onExit?.(u32(16) | 0)
        if (pid === (u32(16) | 0)) this.processEnded(pid)
        if (pid === (u32(16) | 0)) this.options.mountRoots?.exited(pid)
        break
      case RECORD.mmap:
      case RECORD.mmap2:
        if (pid === -1 || (misc & MISC.cpuModeMask) === MISC.kernel) this.processes.kernelMapped(u64(16), u64(16) + u64(24))
        else {
          this.processes.mapped(pid, u64(16), u64(16) + u64(24))
          if (this.mappedInContainer(type, pid, block, offset)) return
        }
        break
      case RECORD.ksymbol:
        this.processes.kernelMapped(u64(8), u64(8) + u32(16))
        // Layout: address, length, type and flags (1: it is taken away), name.
        if ((u32(20) >>> 16) & 1) this.bpf.unregister(relative(u32(12), u32(8)))
        else this.bpf.register(relative(u32(12), u32(8)), u32(16), cString(block, offset + 24, offset + size))
        break
      case RECORD.switch:
      case RECORD.switchCpuWide: {
        // Whose it is stands in the trailer, right before the time.
        const idAt = size - (this.firstEvent?.timeFromEnd ?? 0) - 8
        if ((misc & MISC.switchOut) === 0 && this.firstEvent !== null && this.firstEvent.timeFromEnd > 0 && idAt >= 8)
          this.options.onSwitchIn?.(u32(idAt) | 0, u32(idAt + 4) | 0, timeNs)
        break
      }
      case RECORD.lost:
        this.counts.lost += u64(16)
        break
      case RECORD.lostSamples:
        this.counts.lost += u64(8)
        break
      case RECORD.throttle:
        this.counts.throttled++
        break
    }
    this.thin.record(type, block, offset)
  }

  onSample(event: StreamEvent, block: Block, offset: number, timeNs: number): void {
    this.event ??= event
    const traits = this.options.traitsOf === undefined ? (event === this.event ? PLAIN_TRAITS : null) : (this.traits[event.index] ?? null)
    if (traits === null) {
      this.counts.otherEventSamples++
      return
    }
    const { layout } = event
    const pid = layout.tid < 0 ? -1 : block.view.getInt32(offset + layout.tid, true)
    const tid = layout.tid < 0 ? -1 : block.view.getInt32(offset + layout.tid + 4, true)
    if (tid === 0 && !traits.keepIdle) {
      this.counts.idleSamples++
      return
    }
    const thread = this.processes.threadOf(pid, tid)
    if (traits.everyone !== true && (!this.isKept(pid) || this.options.keeps?.(thread) === false)) {
      this.counts.filteredSamples++
      return
    }
    // Now, not when the profile is made: the process may have ended by then.
    this.options.cgroups?.of(pid)
    const weight = weightOf(traits, event, block, offset)
    if (weight === null) {
      this.counts.weightless++
      return
    }
    const chain = layout.callchain >= 0 ? this.chainOf(event, block, offset, pid, traits) : this.chainOfIp(event, block, offset, pid)
    this.counts.samples++
    if (this.options.onStack !== undefined) {
      this.options.onStack({ event, thread, chain, timeNs, block, offset })
      return
    }
    const { chains, threads, timesNs, weights } = this.samples
    chains.push(chain)
    threads.push(thread)
    timesNs.push(timeNs)
    weights.push(weight)
  }

  /** Whether a process is one of those that are to be kept, or was started by one. */
  isKept(pid: number): boolean {
    return this.kept === null || this.kept.has(pid)
  }

  /**
   * Remembers a stack that came in no sample: `words` as in a callchain ([lo hi …] with context marks, innermost first), of a task as it
   * was at `timeNs`. Null before perf has opened its events.
   */
  addStack(pid: number, tid: number, timeNs: number, words: Uint32Array): number | null {
    const event = this.firstEvent
    if (event === null) return null
    const space = this.processes.spaceOf(pid)
    const known = this.chains.find(space, this.processes.kernelSpace, words, 0, words.length)
    if (known >= 0) return known
    return this.addChain(event, sampleOf(event, pid, tid, timeNs), 0, pid, space, { words, from: 0, to: words.length })
  }

  /** Hands over what was recorded since the last call. Its profile can be made once the addresses in `asked` are answered. */
  takeBatch(): StackBatch {
    this.thin.flushRounds()
    const batch = { ...this.samples, thinned: this.thin.take(), asked: this.asked }
    this.asked = { count: 0, last: -1 }
    this.samples = { chains: [], threads: [], timesNs: [], weights: [] }
    return batch
  }

  /** perf's words for an address, `symbol (dso)`. */
  setSymbol(address: number, text: string): void {
    const context = this.addresses.contextOf(address)
    const inKernel = context === CONTEXT.kernel || (context === CONTEXT.unknown && this.addresses.highOf(address) >= 0x80000000)
    this.names.setText(address, text, inKernel)
  }

  /** A name for an address that did not come from perf. */
  setFrame(address: number, frame: ResolvedFrame): void {
    this.names.setFrame(address, frame)
  }

  /** Process and value (as a double) of a user-space address, for code that has to be looked up elsewhere. */
  userAddress(address: number): { pid: number; value: number } | null {
    if (this.addresses.contextOf(address) !== CONTEXT.user) return null
    const value = this.addresses.highOf(address) * 4_294_967_296 + this.addresses.lowOf(address)
    return { pid: this.pidOf[address] ?? -1, value }
  }

  /** Frames of a sample's chain, innermost first. */
  framesOfChain(chain: number): ResolvedFrame[] {
    return Array.from(this.chains.entriesOf(chain), (address) => this.names.of(address))
  }

  /** Samples as a profile. Their addresses should be answered. */
  profileOf(samples: StackSamples, options: ProfileOptions): { profile: Profile; counts: FrameCounts } {
    return stackProfile(samples, { chains: this.chains, names: this.names }, { cgroups: this.options.cgroups, ...options })
  }

  private processEnded(pid: number): void {
    if (this.running.delete(pid) && this.running.size === 0) this.options.onAllGone?.()
  }

  /** Hands a mapping of a process in another mount namespace to perf below that namespace's root. False: it is to be handed on as it is. */
  private mappedInContainer(type: number, pid: number, block: Block, offset: number): boolean {
    const pathAt = type === RECORD.mmap2 ? MMAP2_PATH_AT : MMAP_PATH_AT
    // Not a file: [vdso], //anon, /memfd:… and the like, or one that was deleted and lies nowhere any more.
    if (block.bytes[offset + pathAt] !== SLASH || block.bytes[offset + pathAt + 1] === SLASH) return false
    const prefix = this.options.mountRoots?.prefixOf(pid) ?? null
    if (prefix === null) return false
    this.thin.mapped(block, offset, pathAt, encoder.encode(prefix))
    return true
  }

  private chainOf(event: StreamEvent, block: Block, offset: number, pid: number, traits: EventTraits): number {
    const { layout } = event
    const size = block.view.getUint16(offset + 6, true)
    let at = layout.callchain
    if (layout.readGroupAt >= 0) at += block.view.getUint32(offset + layout.readGroupAt, true) * layout.readGroupEntryBytes
    const length = at + 8 <= size ? block.view.getUint32(offset + at, true) : -1
    if (length < 0 || at + 8 + length * 8 > size) throw new PerfDataError('a callchain that does not fit in its sample')
    const start = (offset + at + 8) / 4
    const recorded = { words: block.words, from: start, to: start + length * 2 }
    const { words, from, to } = this.completer.complete(traits, event, block, offset, recorded)
    const space = this.processes.spaceOf(pid)
    const { kernelSpace } = this.processes
    const known = this.chains.find(space, kernelSpace, words, from, to)
    const chain = known >= 0 ? known : this.addChain(event, block, offset, pid, space, { words, from, to })
    if (this.chains.depthOf(chain) >= this.options.maxStack) this.counts.truncatedStacks++
    return chain
  }

  /** No call chain was recorded: the stack is the one address where the event happened. */
  private chainOfIp(event: StreamEvent, block: Block, offset: number, pid: number): number {
    const from = event.layout.ip < 0 ? 0 : (offset + event.layout.ip) / 4
    const to = event.layout.ip < 0 ? 0 : from + 2
    const space = this.processes.spaceOf(pid)
    const known = this.chains.find(space, this.processes.kernelSpace, block.words, from, to)
    if (known >= 0) return known
    const mode = block.view.getUint16(offset + 4, true) & MISC.cpuModeMask
    const context = mode === MISC.kernel ? CONTEXT.kernel : mode === MISC.user ? CONTEXT.user : CONTEXT.unknown
    return this.addChain(event, block, offset, pid, space, { words: block.words, from, to }, context)
  }

  private addChain(
    event: StreamEvent,
    block: Block,
    offset: number,
    pid: number,
    space: number,
    { words, from, to }: { words: Uint32Array; from: number; to: number },
    start: Context = CONTEXT.unknown,
  ): number {
    const { kernelSpace } = this.processes
    if ((to - from) / 2 > this.entries.length) this.entries = new Int32Array(to - from)
    let firstNew = this.addresses.length
    let context = start
    let count = 0
    for (let i = from; i < to; i += 2) {
      const low = words[i] ?? 0
      const high = words[i + 1] ?? 0
      if (high === 0xffffffff && low >= CONTEXT_LOW_MIN) {
        if (low === CONTEXT_LOW.kernel) context = CONTEXT.kernel
        else if (low === CONTEXT_LOW.user) context = CONTEXT.user
        else {
          // A guest's or otherwise unknown part: perf takes the chain for broken and drops all of it, and so do we.
          count = 0
          break
        }
        continue
      }
      const addressSpace = context === CONTEXT.kernel ? kernelSpace : space
      const before = this.addresses.length
      const address = this.addresses.intern(addressSpace, context, high, low)
      if (address === before) {
        this.names.add(address)
        this.pidOf[address] = pid
        this.processes.remember(addressSpace, high * 4_294_967_296 + low)
        const bpf = context === CONTEXT.kernel ? this.bpf.lookup(high, low) : null
        if (bpf !== null) {
          // Known already: perf is asked for what is new before it and after it.
          this.setFrame(address, { name: bpf, module: '[bpf]', kind: FRAME_KIND.kernel, raw: `${bpf} (${bpf})` })
          this.ask(event, block, offset, firstNew, address)
          firstNew = address + 1
        }
      }
      this.entries[count++] = address
    }
    this.ask(event, block, offset, firstNew, this.addresses.length)
    return this.chains.add(space, kernelSpace, words, from, to, this.entries, count)
  }

  private ask(event: StreamEvent, block: Block, offset: number, from: number, to: number): void {
    if (from >= to) return
    this.thin.addresses(event, block, offset, this.addresses, from, to)
    this.asked.count += to - from
    this.asked.last = to - 1
  }
}

/** The fixed part of a sample of this task: all that stands for it where its addresses are asked for. */
function sampleOf({ attr, layout }: StreamEvent, pid: number, tid: number, timeNs: number): Block {
  const bytes = new Uint8Array((layout.fixedBytes + 7) & ~7)
  const view = new DataView(bytes.buffer)
  if (layout.tid >= 0) {
    view.setInt32(layout.tid, pid, true)
    view.setInt32(layout.tid + 4, tid, true)
  }
  if (layout.time >= 0) view.setBigUint64(layout.time, BigInt(Math.round(timeNs)), true)
  const id = attr.ids[0]
  if (layout.id >= 0 && id !== undefined) view.setBigUint64(layout.id, idOfKey(id), true)
  return { bytes, view, words: new Uint32Array(bytes.buffer) }
}

/** Header, pid and tid, address, length, offset; MMAP2 then has device and inode (or build id), protection and flags. */
const MMAP_PATH_AT = 40
const MMAP2_PATH_AT = 72
const SLASH = 0x2f
const encoder = new TextEncoder()
const decoder = new TextDecoder()

function cString(block: Block, from: number, to: number): string {
  const end = block.bytes.indexOf(0, from)
  return decoder.decode(block.bytes.subarray(from, end < 0 || end > to ? to : end))
}
