import { type ImportLimits, refuseBeyond } from '../import-limits.ts'
import type { EventAttr, StreamEvent } from '../perf-data/event-attr.ts'
import { eventName } from '../perf-data/event-name.ts'
import { PerfDataError } from '../perf-data/perf-data-error.ts'
import { bytesInMemory, readPerfFile } from '../perf-data/perf-file.ts'
import { PerfStream, type PerfStreamHandler } from '../perf-data/perf-stream.ts'
import type { Block } from '../perf-data/record-scanner.ts'
import { CONTEXT_LOW, CONTEXT_LOW_MIN, EVENT_TYPE, MISC, RECORD, SAMPLE } from '../perf-data/record-types.ts'
import { classifyModule } from '../perf-module.ts'
import { FRAME_KIND, type FrameKind, type Profile } from '../profile.ts'
import { ProfileBuilder } from '../profile-builder.ts'
import { ProfileFormatError } from '../profile-format-error.ts'
import { moduleOffsetName } from './address-name.ts'
import { CodeMap, MapBudget, type Mapping } from './code-map.ts'
import { counted, cutNameNotes } from './note-words.ts'
import { PerfProcesses } from './perf-processes.ts'

/**
 * perf.data, as a file or a saved pipe stream → timed profile. Such a file holds addresses and the modules they are in, and no names: a
 * frame is called `module+0xoffset`, and a note says how to get names. Samples of the first event met are kept, one each; idle ones too.
 * Throws `ProfileFormatError`.
 */
export async function importPerfData(bytes: Uint8Array, limits: ImportLimits): Promise<{ profile: Profile; notes: string[] }> {
  const recording = new Recording(limits)
  const stream = new PerfStream(recording)
  try {
    await readPerfFile(bytesInMemory(bytes), {
      onAttr: (attr, raw) => void stream.addEvent(attr, raw),
      onBuildIds: () => undefined,
      onData: (chunk) => stream.pushRecords(chunk),
    })
    const { cut } = stream.end()
    return recording.finish(cut)
  } catch (error) {
    if (error instanceof PerfDataError) throw new ProfileFormatError(`is a perf.data file that cannot be read: ${error.message}`)
    throw error
  }
}

class Recording implements PerfStreamHandler {
  private readonly builder: ProfileBuilder
  private readonly host: number
  private readonly processes: PerfProcesses
  private readonly kernel: CodeMap
  private event: StreamEvent | null = null
  private readonly stacks: number[] = []
  private readonly threads: number[] = []
  private readonly timesNs: number[] = []
  private readonly tally = { otherEvents: 0, lost: 0, throttled: 0, untimed: 0, unwound: 0, brokenChains: 0, named: 0 }

  constructor(private readonly limits: ImportLimits) {
    this.builder = new ProfileBuilder({}, limits)
    this.host = this.builder.addHost('', '')
    const budget = new MapBudget(limits)
    this.processes = new PerfProcesses(budget)
    this.kernel = CodeMap.empty(budget)
  }

  onEvent(): void {}

  onRecord(type: number, block: Block, offset: number): void {
    const record = new RecordFields(block, offset)
    const pid = record.u32(8) | 0
    switch (type) {
      case RECORD.comm:
        this.processes.named(pid, record.u32(12) | 0, record.text(16), (record.misc & MISC.commExec) !== 0)
        break
      case RECORD.fork:
        this.processes.forked(pid, record.u32(12) | 0, record.u32(16) | 0, record.u32(20) | 0, (record.misc & MISC.forkExec) === 0)
        break
      case RECORD.mmap:
      case RECORD.mmap2: {
        const mapping = {
          start: record.address(16),
          end: record.address(16) + record.u64(24),
          fileOffset: record.u64(32),
          module: record.text(type === RECORD.mmap2 ? 72 : 40),
          symbol: '',
        }
        // The kernel's own mapping says an address where files have their offset.
        if (pid === -1 || (record.misc & MISC.cpuModeMask) === MISC.kernel) this.kernel.add({ ...mapping, fileOffset: 0 })
        else this.processes.mapOf(pid).add(mapping)
        break
      }
      case RECORD.ksymbol:
        this.kernel.add({
          start: record.address(8),
          end: record.address(8) + record.u32(16),
          fileOffset: 0,
          module: '[kernel.kallsyms]',
          symbol: record.text(24),
        })
        break
      case RECORD.lost:
        this.tally.lost += record.u64(16)
        break
      case RECORD.lostSamples:
        this.tally.lost += record.u64(8)
        break
      case RECORD.throttle:
        this.tally.throttled++
        break
    }
  }

  onSample(event: StreamEvent, block: Block, offset: number, timeNs: number): void {
    this.event ??= event
    if (event !== this.event) {
      this.tally.otherEvents++
      return
    }
    refuseBeyond(this.limits.samples, this.stacks.length + 1, 'samples')
    const { layout, attr } = event
    const [pid, tid] =
      layout.tid < 0 ? [-1, -1] : [block.view.getInt32(offset + layout.tid, true), block.view.getInt32(offset + layout.tid + 4, true)]
    if ((attr.sampleType & SAMPLE.userStack) !== 0) this.tally.unwound++
    if (timeNs === 0) this.tally.untimed++
    this.stacks.push(layout.callchain < 0 ? this.stackOfIp(event, block, offset, pid) : this.stackOfChain(event, block, offset, pid))
    this.threads.push(this.builder.addThread(this.host, pid, tid, this.processes.commOf(tid)))
    this.timesNs.push(timeNs)
  }

  finish(cut: boolean): { profile: Profile; notes: string[] } {
    const { builder, tally, timesNs } = this
    if (this.event === null) throw new ProfileFormatError('is perf.data without a sample')
    const { attr } = this.event
    let [firstNs, lastNs] = [Number.POSITIVE_INFINITY, 0]
    for (const timeNs of timesNs) {
      if (timeNs > 0) firstNs = Math.min(firstNs, timeNs)
      lastNs = Math.max(lastNs, timeNs)
    }
    for (let i = 0; i < timesNs.length; i++) {
      const sinceNs = Math.max(0, (timesNs[i] ?? 0) - firstNs)
      builder.addSample(this.stacks[i] ?? -1, this.threads[i] ?? 0, sinceNs / 1000, 1)
    }
    const timed = tally.untimed === 0
    builder.meta = {
      event: eventName(attr),
      unit: 'samples',
      periodNs: periodNs(attr),
      startMs: 0,
      durationMs: lastNs > firstNs ? (lastNs - firstNs) / 1e6 : 0,
      timed,
    }
    const notes = [
      ...(tally.named > 0
        ? [
            `${counted(tally.named, 'frame')} shown as module and offset: perf.data holds no names; import the text of perf script, made where it was recorded, for names`,
          ]
        : []),
      ...(tally.unwound > 0
        ? [
            `${counted(tally.unwound, 'sample')} with a copy of the stack (--call-graph dwarf): only perf can unwind it, so their callers in user space are missing`,
          ]
        : []),
      ...(tally.otherEvents > 0 ? [`${counted(tally.otherEvents, 'sample')} of other events left out: events cannot be added up`] : []),
      ...(tally.lost > 0 ? [`${counted(tally.lost, 'event')} lost while it was recorded, as perf says`] : []),
      ...(tally.throttled > 0 ? [`Throttled ${counted(tally.throttled, 'time')} by the kernel while it was recorded`] : []),
      ...(tally.brokenChains > 0 ? [`${counted(tally.brokenChains, 'stack')} left empty: of a guest, or broken`] : []),
      ...(timed ? [] : ['Not every sample has a time: there is no time axis']),
      ...(cut ? ['The file ends within a record: what followed is missing'] : []),
      ...cutNameNotes(builder.cutNames, this.limits),
    ]
    return { profile: builder.build(), notes }
  }

  private stackOfIp({ layout }: StreamEvent, block: Block, offset: number, pid: number): number {
    if (layout.ip < 0) return -1
    const isKernel = (block.view.getUint16(offset + 4, true) & MISC.cpuModeMask) === MISC.kernel
    return this.builder.addStack(-1, this.frameOf(block.view, offset + layout.ip, pid, isKernel))
  }

  /** A callchain is written innermost first, with marks that say whose addresses follow. */
  private stackOfChain({ layout }: StreamEvent, block: Block, offset: number, pid: number): number {
    const { view } = block
    const size = view.getUint16(offset + 6, true)
    let at = layout.callchain
    if (layout.readGroupAt >= 0) at += view.getUint32(offset + layout.readGroupAt, true) * layout.readGroupEntryBytes
    const length = at + 8 <= size ? view.getUint32(offset + at, true) : -1
    if (length < 0 || at + 8 + length * 8 > size) throw new PerfDataError('a callchain that does not fit in its sample')
    const frames: number[] = []
    let isKernel = false
    for (let entry = offset + at + 8; entry < offset + at + 8 + length * 8; entry += 8) {
      const low = view.getUint32(entry, true)
      if (view.getUint32(entry + 4, true) === 0xffffffff && low >= CONTEXT_LOW_MIN) {
        if (low !== CONTEXT_LOW.kernel && low !== CONTEXT_LOW.user) {
          // perf drops such a chain whole as well.
          this.tally.brokenChains++
          return -1
        }
        isKernel = low === CONTEXT_LOW.kernel
      } else frames.push(this.frameOf(view, entry, pid, isKernel))
    }
    // A record is too small for a stack that would be too deep.
    let stack = -1
    for (let i = frames.length - 1; i >= 0; i--) {
      stack = this.builder.addStack(stack, frames[i] ?? 0)
    }
    return stack
  }

  private frameOf(view: DataView, at: number, pid: number, isKernel: boolean): number {
    const address = addressAt(view, at)
    const mapping = (isKernel ? this.kernel : this.processes.mapOf(pid)).find(address)
    const { module, kind } = isKernel ? kernelModule(mapping) : classifyModule(mapping?.module ?? '')
    if (mapping?.symbol) return this.builder.addFrame(mapping.symbol, module, kind)
    this.tally.named++
    if (mapping) return this.builder.addFrame(moduleOffsetName(module, BigInt(address - mapping.start + mapping.fileOffset)), module, kind)
    return this.builder.addFrame(moduleOffsetName('', view.getBigUint64(at, true)), module, kind)
  }
}

function kernelModule(mapping: Mapping | null): { module: string; kind: FrameKind } {
  const { module, kind } = classifyModule(mapping?.module ?? '')
  return kind === FRAME_KIND.kernel ? { module, kind } : { module: '[kernel]', kind: FRAME_KIND.kernel }
}

/** Length of time between samples where the event is a clock; nothing else tells. */
function periodNs({ type, config, byFrequency, periodOrHz }: EventAttr): number {
  const isClock = type === EVENT_TYPE.software && (config === 0 || config === 1)
  if (!isClock || periodOrHz <= 0) return 0
  return byFrequency ? 1e9 / periodOrHz : periodOrHz
}

/**
 * An address as a double that is exact: the kernel's half of the addresses, whose upper 16 bits are all ones, is shifted down, which
 * keeps it apart from user space only because each has its own map.
 */
function addressAt(view: DataView, at: number): number {
  const high = view.getUint32(at + 4, true)
  return (high >= 0xffff0000 ? high - 0xffff0000 : high) * 4_294_967_296 + view.getUint32(at, true)
}

/** Fields of one record, by bytes from its start; beyond its end they read as 0. */
class RecordFields {
  readonly misc: number
  private readonly size: number

  constructor(
    private readonly block: Block,
    private readonly offset: number,
  ) {
    this.misc = block.view.getUint16(offset + 4, true)
    this.size = block.view.getUint16(offset + 6, true)
  }

  u32(at: number): number {
    return at + 4 <= this.size ? this.block.view.getUint32(this.offset + at, true) : 0
  }

  /** As a double: exact up to 2^53. */
  u64(at: number): number {
    return this.u32(at + 4) * 4_294_967_296 + this.u32(at)
  }

  address(at: number): number {
    return at + 8 <= this.size ? addressAt(this.block.view, this.offset + at) : 0
  }

  /** Up to the first zero byte. */
  text(at: number): string {
    const from = this.offset + at
    const to = this.offset + this.size
    if (from >= to) return ''
    const end = this.block.bytes.indexOf(0, from)
    return DECODER.decode(this.block.bytes.subarray(from, end < 0 || end > to ? to : end))
  }
}

const DECODER = new TextDecoder()
