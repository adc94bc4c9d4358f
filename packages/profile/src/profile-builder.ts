import { Float64Column, Int32Column } from './growable-columns.ts'
import { type ImportLimits, refuseBeyond } from './import-limits.ts'
import { InternedRows } from './interned-rows.ts'
import { FRAME_KIND, type FrameKind, type Profile, type ProfileMeta } from './profile.ts'
import { timeOrder } from './time-order.ts'

/** Frames in one stack, at most: a call tree keeps depth in 16 bits, with room for the root and group rows. */
export const MAX_STACK_DEPTH = 60_000

/** Weights and times stay exact integers up to here, and no sum of them overflows. */
export const MAX_EXACT = Number.MAX_SAFE_INTEGER

export const UNKNOWN_NAME = '[unknown]'

export const DEFAULT_META: ProfileMeta = { event: '', unit: 'samples', periodNs: 0, startMs: 0, durationMs: 0, timed: true }

/**
 * Builds a profile row by row; every `add…` returns the index to use with the next one, and knows rows it has seen.
 *
 *   const b = new ProfileBuilder({ event: 'cpu-clock', periodNs: 10_101_010, startMs })
 *   const thread = b.addThread(b.addHost('h1', 'web-1'), 4242, 4243, 'nginx')
 *   let stack = -1                                        // from the outermost frame inwards
 *   for (const f of frames) stack = b.addStack(stack, b.addFrame(f.name, f.module, FRAME_KIND.user))
 *   b.addSample(stack, thread, timeUs, 1)
 *   const profile = b.build()
 */
export class ProfileBuilder {
  /** May be changed until `build`: period and duration are often known last. */
  meta: ProfileMeta
  private readonly stringIndex = new Map<string, number>([['', 0]])
  private readonly strings: string[] = ['']
  private readonly hostIndex = new Map<string, number>()
  private readonly hostIds: string[] = []
  private readonly hostNames: string[] = []
  private readonly threads = new InternedRows()
  private readonly threadCgroup = new Int32Column()
  private readonly frames = new InternedRows()
  private readonly stacks = new InternedRows()
  private readonly stackDepth = new Int32Column()
  private readonly sampleStack = new Int32Column(1024)
  private readonly sampleThread = new Int32Column(1024)
  private readonly sampleTimeUs = new Float64Column(1024)
  private readonly sampleWeight = new Float64Column(1024)
  private readonly sampleEvents = new Float64Column(1024)
  private readonly limits: Partial<ImportLimits>
  /** Distinct names that were longer than the limits allow. */
  cutNames = 0

  /** With `limits`, for input from anyone, a row too many throws `ProfileFormatError`, and a name too long is cut. */
  constructor(meta: Partial<ProfileMeta> = {}, limits: Partial<ImportLimits> = {}) {
    this.meta = { ...DEFAULT_META, ...meta }
    this.limits = limits
  }

  get sampleCount(): number {
    return this.sampleStack.length
  }

  get stackCount(): number {
    return this.stacks.length
  }

  addString(text: string): number {
    const known = this.stringIndex.get(text)
    if (known !== undefined) return known
    const { nameLength, strings } = this.limits
    if (nameLength !== undefined && text.length > nameLength) {
      const before = this.strings.length
      const cut = this.addString(`${text.slice(0, nameLength - 1)}…`)
      this.cutNames += this.strings.length - before
      return cut
    }
    if (strings !== undefined) refuseBeyond(strings, this.strings.length + 1, 'names')
    const index = this.strings.push(text) - 1
    this.stringIndex.set(text, index)
    return index
  }

  /** A host is one row per id; imports, whose id is '', one per name. */
  addHost(id: string, name: string): number {
    const key = id === '' ? `name ${name}` : `id ${id}`
    const known = this.hostIndex.get(key)
    if (known !== undefined) return known
    const index = this.hostIds.push(id) - 1
    this.hostNames.push(name)
    this.hostIndex.set(key, index)
    return index
  }

  /** `pid` and `tid`: -1 where not known. `cgroup`: the first that is known stays. */
  addThread(host: number, pid: number, tid: number, comm: string, cgroup = ''): number {
    requireRow('host', host, this.hostIds.length)
    const known = this.threads.length
    const row = this.threads.intern(host, Math.max(-1, pid | 0), Math.max(-1, tid | 0), this.addString(comm))
    if (this.limits.threads !== undefined) refuseBeyond(this.limits.threads, this.threads.length, 'threads')
    if (row === known) this.threadCgroup.push(this.addString(cgroup))
    else if (cgroup !== '' && this.threadCgroup.at(row) === 0) this.threadCgroup.set(row, this.addString(cgroup))
    return row
  }

  /** A frame of kind `unknown` is always named `[unknown]`, so that it is counted and never hidden. */
  addFrame(name: string, module: string, kind: FrameKind): number {
    return this.addFrameRow(this.addString(kind === FRAME_KIND.unknown ? UNKNOWN_NAME : name), this.addString(module), kind)
  }

  /** As `addFrame`, with name and module as indexes from `addString`: saves hashing text that was hashed before. */
  addFrameRow(name: number, module: number, kind: number): number {
    requireRow('name', name, this.strings.length)
    requireRow('module', module, this.strings.length)
    const row = this.frames.intern(name, module, kind)
    if (this.limits.frames !== undefined) refuseBeyond(this.limits.frames, this.frames.length, 'functions')
    return row
  }

  /** `parent`: the caller's stack, -1 for the outermost frame. */
  addStack(parent: number, frame: number): number {
    const known = this.stacks.length
    if (parent !== -1) requireRow('parent', parent, known)
    requireRow('frame', frame, this.frames.length)
    const depth = this.depthOf(parent) + 1
    if (depth > MAX_STACK_DEPTH) throw new RangeError(`a stack of more than ${MAX_STACK_DEPTH} frames`)
    const row = this.stacks.intern(parent, frame)
    if (row !== known) return row
    if (this.limits.stacks !== undefined) refuseBeyond(this.limits.stacks, known + 1, 'distinct stacks')
    this.stackDepth.push(depth)
    return row
  }

  /** Frames from this stack to its root; 0 for -1. */
  depthOf(stack: number): number {
    return stack < 0 ? 0 : this.stackDepth.at(stack)
  }

  /**
   * `stack` -1: a sample without frames. `timeUs` since `meta.startMs`; any order. `weight` ≥ 0 in `meta.unit`.
   * `count`: events that were added up to it, a whole number.
   */
  addSample(stack: number, thread: number, timeUs: number, weight: number, count = 1): void {
    if (stack !== -1) requireRow('stack', stack, this.stacks.length)
    requireRow('thread', thread, this.threads.length)
    if (this.limits.samples !== undefined) refuseBeyond(this.limits.samples, this.sampleStack.length + 1, 'samples')
    if (!(weight >= 0 && weight <= MAX_EXACT)) throw new RangeError(`weight ${weight} is not in [0, 2^53)`)
    if (!(Math.abs(timeUs) <= MAX_EXACT)) throw new RangeError(`time ${timeUs} µs is out of range`)
    if (!(count >= 1 && Number.isSafeInteger(count))) throw new RangeError(`${count} is not a number of events`)
    this.sampleStack.push(stack)
    this.sampleThread.push(thread)
    this.sampleTimeUs.push(timeUs)
    this.sampleWeight.push(weight)
    this.sampleEvents.push(count)
  }

  /** The profile so far, its samples sorted by time (stable). The builder may be used further: nothing is shared but text. */
  build(): Profile {
    const order = timeOrder(this.sampleTimeUs.view())
    return {
      meta: { ...this.meta },
      strings: [...this.strings],
      hosts: { length: this.hostIds.length, id: [...this.hostIds], name: [...this.hostNames] },
      threads: {
        length: this.threads.length,
        host: this.threads.copyField(0, new Uint32Array(this.threads.length)),
        pid: this.threads.copyField(1, new Int32Array(this.threads.length)),
        tid: this.threads.copyField(2, new Int32Array(this.threads.length)),
        comm: this.threads.copyField(3, new Uint32Array(this.threads.length)),
        cgroup: Uint32Array.from(this.threadCgroup.view()),
      },
      frames: {
        length: this.frames.length,
        name: this.frames.copyField(0, new Uint32Array(this.frames.length)),
        module: this.frames.copyField(1, new Uint32Array(this.frames.length)),
        kind: this.frames.copyField(2, new Uint8Array(this.frames.length)),
      },
      stacks: {
        length: this.stacks.length,
        parent: this.stacks.copyField(0, new Int32Array(this.stacks.length)),
        frame: this.stacks.copyField(1, new Uint32Array(this.stacks.length)),
      },
      samples: {
        length: this.sampleCount,
        stack: reordered(this.sampleStack.view(), order, new Int32Array(this.sampleCount)),
        thread: reordered(this.sampleThread.view(), order, new Uint32Array(this.sampleCount)),
        timeUs: reordered(this.sampleTimeUs.view(), order, new Float64Array(this.sampleCount)),
        weight: reordered(this.sampleWeight.view(), order, new Float64Array(this.sampleCount)),
        count: reordered(this.sampleEvents.view(), order, new Float64Array(this.sampleCount)),
      },
    }
  }
}

/** A profile without samples. */
export function emptyProfile(meta: Partial<ProfileMeta> = {}): Profile {
  return new ProfileBuilder(meta).build()
}

function requireRow(what: string, row: number, length: number): void {
  if (!(row >= 0 && row < length)) throw new RangeError(`${what} ${row} is not one of ${length}`)
}

function reordered<T extends Int32Array | Uint32Array | Float64Array>(
  column: Int32Array | Float64Array,
  order: Uint32Array | null,
  out: T,
): T {
  if (order === null) out.set(column)
  else for (let i = 0; i < order.length; i++) out[i] = column[order[i] ?? 0] ?? 0
  return out
}
