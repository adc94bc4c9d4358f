import { closeSync } from 'node:fs'
import { type BinaryRef, binaryLabel } from '@sonde/contract'
import { BinaryRefusal } from '../discovery/binary-refusal.ts'
import { fileSource } from '../discovery/elf/byte-source.ts'
import { ElfError } from '../discovery/elf/elf-error.ts'
import { ElfFile } from '../discovery/elf/elf-file.ts'
import { resolveBinary } from '../discovery/resolve-binary.ts'
import { TraceRefusal } from '../trace-errors.ts'
import type { HeldFiles } from './held-files.ts'
import type { ProbedFile } from './resolved-probe.ts'

export type HeldBinary = { file: ProbedFile; elf: ElfFile /** Where one of several builds was taken. */; note: string | null }

/**
 * The file that a user-space probe lies in, opened once and held: everything that is read of it, and every probe in it, goes by the
 * descriptor, so that it does not matter what becomes of its path meanwhile.
 * @throws TraceRefusal no-process, probe-missing, probe-denied
 */
export function holdBinary(ref: BinaryRef, files: HeldFiles): Promise<HeldBinary> {
  return files.once(JSON.stringify(ref), () => find(ref, files))
}

async function find(ref: BinaryRef, files: HeldFiles): Promise<HeldBinary> {
  try {
    const [binary, ...others] = await resolveBinary(ref)
    for (const other of others) closeSync(other.fd)
    if (binary === undefined) throw new BinaryRefusal('missing', `There is no ${binaryLabel(ref)} on this host.`)
    const fd = files.hold(binary)
    const leftOut = others.reduce((sum, other) => sum + other.pids.length, 0)
    return {
      file: {
        openPath: `/proc/${process.pid}/fd/${fd}`,
        shownPath: binary.shownPath,
        hostPath: binary.hostPath,
        buildId: binary.buildId,
        pids: binary.pids,
      },
      elf: new ElfFile(fileSource(fd)),
      note:
        others.length === 0
          ? null
          : `Processes called "${binaryLabel(ref)}" run ${others.length + 1} different files; the probes are in the one of most of them, ${binary.shownPath}, and ${leftOut} processes are left out.`,
    }
  } catch (error) {
    if (error instanceof BinaryRefusal) throw refusalOf(ref, error)
    if (error instanceof ElfError) throw new TraceRefusal('probe-denied', `${binaryLabel(ref)} cannot be read: ${error.message}.`)
    throw error
  }
}

function refusalOf(ref: BinaryRef, error: BinaryRefusal): TraceRefusal {
  if (error.kind === 'refused') return new TraceRefusal('probe-denied', error.message)
  return new TraceRefusal(ref.of === 'process' || ref.of === 'pid' ? 'no-process' : 'probe-missing', error.message)
}
