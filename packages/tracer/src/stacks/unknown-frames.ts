import { readlinkSync } from 'node:fs'
import type { TargetQuality } from '@sonde/contract'
import { readText } from '../host/read-text.ts'

type UnknownFrames = TargetQuality['unknownBy'][number]
/** What is known of a process that had frames without a name. */
export type ProcessTraits = { executable: string; arguments: readonly string[]; javaTrouble: string | null; isJvm: boolean }

const MAX_KEPT = 10_000
const MAX_SHOWN = 20

/** Counts frames without a name by process and module, and says of the largest groups what would name them. */
export class UnknownFrameCounts {
  private readonly groups = new Map<string, { pid: number; comm: string; module: string; frames: number }>()

  add(pid: number, comm: string, module: string, frames: number): void {
    const key = `${pid} ${module}`
    const group = this.groups.get(key)
    if (group !== undefined) group.frames += frames
    else if (this.groups.size < MAX_KEPT) this.groups.set(key, { pid, comm, module, frames })
  }

  get pids(): number[] {
    return [...new Set(this.largest().map(({ pid }) => pid))]
  }

  /** The largest groups first, each with its reason and remedy. */
  explained(traitsOf: (pid: number) => ProcessTraits | null): UnknownFrames[] {
    return this.largest().map((group) => ({ ...group, ...explainUnknown(group.module, traitsOf(group.pid)) }))
  }

  private largest() {
    return [...this.groups.values()].sort((a, b) => b.frames - a.frames).slice(0, MAX_SHOWN)
  }
}

/** Why a frame of this module has no name, and what would give it one. `traits` null: the process is gone. */
export function explainUnknown(module: string, traits: ProcessTraits | null): { reason: string; remedy: string } {
  if (module === '[jit]') return explainJit(traits)
  if (module === '[unknown]')
    return {
      reason: 'The stack led to an address where no code is mapped: the program, or a library that it called, keeps no frame pointers.',
      remedy: 'Build it with -fno-omit-frame-pointer.',
    }
  if (module === '[kernel]')
    return { reason: 'The kernel does not tell its symbols.', remedy: 'Run the agent as root and set kernel.kptr_restrict to 0 or 1.' }
  if (module.startsWith('['))
    return { reason: `Code in ${module}, which belongs to no file.`, remedy: 'Nothing: such code has no symbols.' }
  return {
    reason: `${module} has no symbol there: it is stripped.`,
    remedy: `Install the debug symbols of ${module} on the host (Debian: its -dbgsym package); they are found by build id.`,
  }
}

function explainJit(traits: ProcessTraits | null): { reason: string; remedy: string } {
  if (traits === null)
    return { reason: 'Code that was made at run time, of a process that has ended.', remedy: 'Capture while the process runs.' }
  const { executable } = traits
  if (traits.isJvm || executable === 'java')
    return traits.javaTrouble === null
      ? { reason: 'Java code that was thrown away before its name was asked for.', remedy: 'Capture for longer, or once it has warmed up.' }
      : {
          reason: `The JVM gave no symbols: ${traits.javaTrouble}.`,
          remedy: 'Java 17 or later gives them on demand (Compiler.perfmap); before that, use a perf-map agent.',
        }
  if (/^node(js)?$/.test(executable))
    return traits.arguments.some((argument) => argument.startsWith('--perf-basic-prof'))
      ? { reason: 'Code that Node made and dropped again before its name was read.', remedy: 'Capture once it has warmed up.' }
      : { reason: 'Node does not tell the names of compiled JavaScript.', remedy: 'Start it with --perf-basic-prof.' }
  if (/^python3?(\.\d+)?$/.test(executable))
    return { reason: 'Python does not tell the names of its functions.', remedy: 'Python 3.12 or later does, with -X perf.' }
  if (executable === 'dotnet')
    return { reason: '.NET does not tell the names of compiled code.', remedy: 'Start it with DOTNET_PerfMapEnabled=1.' }
  return {
    reason: 'Code that was made at run time, without a /tmp/perf-PID.map to name it.',
    remedy: `See whether ${executable || 'the runtime'} can write one; most JIT compilers have an option for perf.`,
  }
}

/** Reads what `explained` wants to know of a process; null where it is gone. */
export async function readTraits(pid: number, java: { isJvm: boolean; trouble: string | null }): Promise<ProcessTraits | null> {
  try {
    const executable = readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, '')
    const commandLine = (await readText(`/proc/${pid}/cmdline`)).split('\0').slice(0, 100)
    return {
      executable: executable.slice(executable.lastIndexOf('/') + 1),
      arguments: commandLine,
      javaTrouble: java.trouble,
      isJvm: java.isJvm,
    }
  } catch {
    return null
  }
}
