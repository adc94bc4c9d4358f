import { closeSync, existsSync, rmSync } from 'node:fs'
import { readText } from '../host/read-text.ts'
import { AttachError, isHotSpot, jcmd, openTmp } from './hotspot-attach.ts'

/** A JVM is asked for its symbols again after this long, as long as code without a name comes up: it goes on compiling. */
const ASK_AGAIN_MS = 10_000
const ANSWER_WITHIN_MS = 3_000
/** A host full of JVMs: the others stay unnamed, and it is said. */
const MAX_JVMS = 32
/** What all their answers together may take beyond what is usual: some hang, and anyone can pretend to be a JVM. */
const WAIT_FOR_ALL_MS = 12_000
const USUAL_ANSWER_MS = 500

type Jvm = {
  askedAt: number
  /** Why it has no map; null where it has one. */
  trouble: string | null
  /** The map is there because we asked for it, and goes when we are done: its folder, held open, and its name in there. */
  ownMap: { folder: number; name: string } | null
  framePointers: boolean | null
}

/**
 * Symbols of Java: a JVM (17 and later) writes /tmp/perf-PID.map of what it has compiled when it is asked to, which is what `jcmd PID
 * Compiler.perfmap` does. JVMs are asked only where a sample fell into code without a name.
 */
export class JavaMaps {
  private readonly jvms = new Map<number, Jvm | null>()
  private asked = 0
  private waitedMs = 0
  private readonly waitForAllMs: number

  constructor(waitForAllMs = WAIT_FOR_ALL_MS) {
    this.waitForAllMs = waitForAllMs
  }

  /** Asks the process for a new map if it is a JVM and it is time. Returns whether there is a new one to be read. `last`: no more will be recorded. */
  async refresh(pid: number, last: boolean): Promise<boolean> {
    let jvm = this.jvms.get(pid)
    if (jvm === undefined) {
      jvm = (await isHotSpot(pid)) ? { askedAt: Number.NEGATIVE_INFINITY, trouble: null, ownMap: null, framePointers: null } : null
      this.jvms.set(pid, jvm)
    }
    if (jvm === null || (!last && performance.now() - jvm.askedAt < ASK_AGAIN_MS)) return false
    if (jvm.askedAt === Number.NEGATIVE_INFINITY && ++this.asked > MAX_JVMS) {
      jvm.trouble = `only ${MAX_JVMS} JVMs of a host are asked`
      return false
    }
    if (this.waitedMs >= this.waitForAllMs) {
      jvm.trouble ??= 'the JVMs of this host took too long to answer'
      return false
    }
    jvm.askedAt = performance.now()
    try {
      jvm.framePointers ??= /\+PreserveFramePointer\b/.test(await jcmd(pid, 'VM.flags', ANSWER_WITHIN_MS))
      await this.writeMap(pid, jvm)
      jvm.trouble = null
      return true
    } catch (error) {
      if (!(error instanceof AttachError)) throw error
      jvm.trouble = error.message
      return false
    } finally {
      this.waitedMs += Math.max(0, performance.now() - jvm.askedAt - USUAL_ANSWER_MS)
    }
  }

  private async writeMap(pid: number, jvm: Jvm): Promise<void> {
    const folder = openTmp(pid)
    const name = await mapName(pid)
    const isNew = folder !== null && !existsSync(`/proc/self/fd/${folder}/${name}`)
    try {
      await jcmd(pid, 'Compiler.perfmap', ANSWER_WITHIN_MS)
      if (isNew && jvm.ownMap === null) jvm.ownMap = { folder, name }
    } finally {
      if (folder !== null && jvm.ownMap?.folder !== folder) closeSync(folder)
    }
  }

  /** Why code of this process has no name, where it is a JVM and could not be asked. */
  troubleOf(pid: number): string | null {
    return this.jvms.get(pid)?.trouble ?? null
  }

  isJvm(pid: number): boolean {
    return this.jvms.get(pid) != null
  }

  /** JVMs of which it is known that compiled code keeps no frame pointer: their stacks end early or skip callers. */
  get withoutFramePointers(): number[] {
    return [...this.jvms].flatMap(([pid, jvm]) => (jvm?.framePointers === false ? [pid] : []))
  }

  /** Removes the maps that were made for us. */
  close(): void {
    for (const jvm of this.jvms.values()) {
      if (!jvm?.ownMap) continue
      rmSync(`/proc/self/fd/${jvm.ownMap.folder}/${jvm.ownMap.name}`, { force: true })
      closeSync(jvm.ownMap.folder)
      jvm.ownMap = null
    }
  }
}

/** The JVM writes under the pid that it has in its own namespace. */
async function mapName(pid: number): Promise<string> {
  const innerPid = /^NSpid:.*?(\d+)$/m.exec(await readText(`/proc/${pid}/status`))?.[1] ?? String(pid)
  return `perf-${innerPid}.map`
}
