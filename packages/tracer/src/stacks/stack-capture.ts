import type { HostCommand, TargetQuality } from '@sonde/contract'
import { FRAME_KIND, type Profile } from '@sonde/profile'
import { type EventAttr, PerfDataError, PerfStream } from '@sonde/profile/perf-data'
import { ProcessCgroups } from '../host/process-cgroups.ts'
import { type ExitStatus, GuardedChild, PATIENCE_MS } from '../run/guarded-child.ts'
import type { EventTraits } from './event-traits.ts'
import { JavaMaps } from './java-maps.ts'
import { JitMaps } from './jit-maps.ts'
import { MountRoots } from './mount-roots.ts'
import { PerfScript } from './perf-script.ts'
import type { Thread } from './process-table.ts'
import { kernelMaxStack } from './profile-perf-data.ts'
import type { FrameCounts, ProfileOptions } from './stack-profile.ts'
import { type StackBatch, StackRecorder, type StackSample } from './stack-recorder.ts'
import { isJitDso, type ResolvedFrame, splitSymbolText, UNKNOWN_JIT_FRAME } from './symbol-text.ts'
import { type ProcessTraits, readTraits, UnknownFrameCounts } from './unknown-frames.ts'

/** Stop where the recording needs more memory than this. */
const MAX_BUFFERED_BYTES = 128 * 1024 * 1024
const MAX_RETAINED_BYTES = 384 * 1024 * 1024
/** perf hands over its buffers when it is asked to, this often. */
const FLUSH_EVERY_MS = 500
/** It was asked so often, one after the other, and had nothing more: then nothing older than what it has handed over is on its way. */
const SILENT_FLUSHES = 3
const RESOLVE_TIMEOUT_MS = 30_000
/** Who gives less time than this for names is in a hurry. */
const PATIENT_MS = 5_000

export type StackCaptureOptions = {
  record: HostCommand
  script: HostCommand
  onlyPids: readonly number[] | null
  /** See StackRecorderOptions. */
  traitsOf?: (attr: EventAttr) => EventTraits | null
  keeps?: (thread: Thread) => boolean
  onStack?: (sample: StackSample) => void
  onSwitchIn?: (pid: number, tid: number, timeNs: number) => void
  onExit?: (tid: number) => void
  onAllGone?: () => void
  /** Why an event that perf has opened is not the one that was asked for; null where it is. */
  refuses?: (attr: EventAttr) => string | null
}

export type TakeOptions = Omit<ProfileOptions, 'unknown'> & { giveUpAfterMs?: number }

/** perf record and perf script at work: records from now on, and turns what was recorded into profiles whenever asked. */
export class StackCapture {
  /** Resolves to true when recording has begun, to false where perf has ended before. */
  readonly attached: Promise<boolean>
  /** perf record has ended and all its output is read. */
  readonly ended: Promise<ExitStatus>
  readonly frameCounts: FrameCounts = { frames: 0, unknownFrames: 0 }
  /** The stream was broken or grew too large: why recording was stopped by us. */
  problem: string | null = null
  status: ExitStatus | null = null
  private readonly recorder: StackRecorder
  private readonly stream: PerfStream
  private readonly record: GuardedChild
  private readonly script: PerfScript
  private readonly flushTimer: NodeJS.Timeout
  private readonly jitMaps = new JitMaps()
  private readonly javaMaps = new JavaMaps()
  readonly unknown = new UnknownFrameCounts()
  private readonly traits = new Map<number, ProcessTraits | null>()
  private readonly mountRoots = new MountRoots()
  readonly cgroups = new ProcessCgroups()
  /** Addresses in run-time code: by process, with their value. */
  private readonly jitAddresses = new Map<number, Map<number, number>>()
  private interrupted = false
  private silentFlushes = 0

  constructor(options: StackCaptureOptions) {
    let begun: (attached: boolean) => void = () => {}
    this.attached = new Promise((resolve) => {
      begun = resolve
    })
    this.recorder = new StackRecorder({
      maxStack: kernelMaxStack(),
      onlyPids: options.onlyPids ?? undefined,
      mountRoots: this.mountRoots,
      cgroups: this.cgroups,
      traitsOf: options.traitsOf,
      keeps: options.keeps,
      onStack: options.onStack,
      onSwitchIn: options.onSwitchIn,
      onExit: options.onExit,
      onAllGone: options.onAllGone,
      onEvent: (attr) => {
        const why = options.refuses?.(attr) ?? null
        if (why !== null) this.fail(why)
      },
      onInitialised: () => begun(true),
    })
    this.stream = new PerfStream(this.recorder)
    this.script = new PerfScript(options.script, (address, text) => this.setSymbol(address, text))
    this.record = new GuardedChild(options.record, { control: true })
    this.record.stdout.on('data', (chunk: Buffer) => this.receive(chunk))
    this.flushTimer = setInterval(() => this.flush(), FLUSH_EVERY_MS)
    this.ended = this.record.exited.then((status) => {
      clearInterval(this.flushTimer)
      this.status = status
      this.finishStream()
      begun(false)
      return status
    })
  }

  /** Ends the recording; it is over when `ended` resolves, at the latest after `patienceMs`. */
  stop(patienceMs: number): void {
    if (this.status !== null) return
    this.interrupted = true
    this.record.interrupt(patienceMs)
  }

  get wasInterrupted(): boolean {
    return this.interrupted
  }

  get counts(): StackRecorder['counts'] {
    return this.recorder.counts
  }

  get symboliserFailures(): number {
    return this.script.failures
  }

  get stderr(): string {
    return this.record.stderr
  }

  /** Pids of the guards; the tools are their children. */
  get guardPids(): number[] {
    return [this.record.pid, this.script.pid].filter((pid) => pid !== undefined)
  }

  /** perf's own and its symboliser's, once they have ended. */
  get cpuSeconds(): number {
    return this.record.cpuSeconds + this.script.cpuSeconds
  }

  /**
   * What was recorded since the last call, with names. `giveUpAfterMs`: how long perf may take to resolve; what it has not answered by
   * then is unknown.
   */
  async takeProfile({ giveUpAfterMs = RESOLVE_TIMEOUT_MS, ...options }: TakeOptions): Promise<Profile> {
    const batch = await this.resolve(giveUpAfterMs)
    const { profile, counts } = this.recorder.profileOf(batch, { ...options, unknown: this.unknown })
    await this.addFrames(counts)
    return profile
  }

  /** Asks perf for the names of all addresses so far. Returns the samples since the last call. */
  async resolve(giveUpAfterMs: number): Promise<StackBatch> {
    const batch = this.recorder.takeBatch()
    await this.script.resolve(batch.thinned, batch.asked, giveUpAfterMs)
    await this.followJitMaps(giveUpAfterMs >= PATIENT_MS)
    return batch
  }

  /** For profiles that are made elsewhere: frames that were counted, those without a name told to `unknown` before. */
  async addFrames(counts: FrameCounts): Promise<void> {
    await this.readTraits()
    this.frameCounts.frames += counts.frames
    this.frameCounts.unknownFrames += counts.unknownFrames
  }

  /** See StackRecorder. */
  addStack(pid: number, tid: number, timeNs: number, words: Uint32Array): number | null {
    return this.recorder.addStack(pid, tid, timeNs, words)
  }

  /** Frames of a chain, innermost first, as far as they are resolved. */
  framesOf(chain: number): ResolvedFrame[] {
    return this.recorder.framesOfChain(chain)
  }

  isKept(pid: number): boolean {
    return this.recorder.isKept(pid)
  }

  /** Where frames without a name come from, the largest groups first, with what would name them. */
  get unknownBy(): TargetQuality['unknownBy'] {
    return this.unknown.explained((pid) => this.traits.get(pid) ?? null)
  }

  /** Limits of these stacks that are no losses. */
  get notes(): string[] {
    const pids = this.javaMaps.withoutFramePointers
    if (pids.length === 0) return []
    return [
      `${pids.length === 1 ? `The JVM ${pids[0]} runs` : `The JVMs ${pids.slice(0, 10).join(', ')} run`} without -XX:+PreserveFramePointer: stacks through compiled Java code are cut, or miss callers.`,
    ]
  }

  /** Ends the symboliser and lets go of the maps. After the last `takeProfile`. */
  async close(kill: boolean): Promise<void> {
    clearInterval(this.flushTimer)
    this.record.kill()
    await this.record.exited
    this.jitMaps.close()
    this.javaMaps.close()
    await this.script.end(kill)
    this.mountRoots.close()
  }

  private flush(): void {
    this.record.control?.write('ping\n')
    if (++this.silentFlushes === SILENT_FLUSHES) this.read(() => this.stream.releaseHeld())
  }

  private receive(chunk: Buffer): void {
    this.silentFlushes = 0
    this.read(() => this.stream.push(chunk))
  }

  private read(more: () => void): void {
    if (this.problem !== null) return
    try {
      more()
    } catch (error) {
      if (!(error instanceof PerfDataError)) throw error
      this.fail(`perf's output could not be read: ${error.message}`)
    }
    if (this.recorder.bufferedBytes > MAX_BUFFERED_BYTES || this.recorder.retainedBytes > MAX_RETAINED_BYTES) {
      this.fail('The recording grew beyond the memory that the agent may use, and was ended.')
    }
  }

  private finishStream(): void {
    if (this.problem !== null) return
    try {
      this.stream.end()
    } catch (error) {
      if (!(error instanceof PerfDataError)) throw error
      this.problem = `perf's output could not be read: ${error.message}`
    }
  }

  private fail(problem: string): void {
    this.problem = problem
    this.record.interrupt(PATIENCE_MS.cancelled)
  }

  private setSymbol(address: number, text: string): void {
    this.recorder.setSymbol(address, text)
    if (!isJitDso(splitSymbolText(text).dso)) return
    const place = this.recorder.userAddress(address)
    if (place === null || place.pid <= 0) return
    let addresses = this.jitAddresses.get(place.pid)
    if (addresses === undefined) {
      addresses = new Map()
      this.jitAddresses.set(place.pid, addresses)
    }
    addresses.set(address, place.value)
  }

  /** `askJvms`: there is time to ask JVMs for their symbols; after a cancel there is not. */
  private async followJitMaps(askJvms: boolean): Promise<void> {
    const last = this.status !== null || this.interrupted
    for (const [pid, addresses] of this.jitAddresses) {
      await this.jitMaps.update(pid)
      const isNamed = (value: number) => Boolean(this.jitMaps.lookup(pid, value))
      const unnamed = [...addresses.values()].some((value) => !isNamed(value))
      if (unnamed && askJvms && (await this.javaMaps.refresh(pid, last))) await this.jitMaps.readAgain(pid)
      for (const [address, value] of addresses) {
        const name = this.jitMaps.lookup(pid, value)
        if (name !== null && name !== '')
          this.recorder.setFrame(address, { name, module: '[jit]', kind: FRAME_KIND.jit, raw: `${name} (/tmp/perf-${pid}.map)` })
        // perf has read the host's /tmp/perf-N.map, which is another process's, if it is there at all.
        else if (this.mountRoots.prefixOf(pid) !== null) this.recorder.setFrame(address, UNKNOWN_JIT_FRAME)
      }
    }
  }

  /** While the processes are still there: what would name their unknown frames is said at the end. */
  private async readTraits(): Promise<void> {
    for (const pid of this.unknown.pids) {
      const java = { isJvm: this.javaMaps.isJvm(pid), trouble: this.javaMaps.troubleOf(pid) }
      const traits = await readTraits(pid, java)
      if (traits !== null || !this.traits.has(pid)) this.traits.set(pid, traits)
    }
  }
}
