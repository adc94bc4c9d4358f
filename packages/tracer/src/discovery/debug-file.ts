import { close } from 'node:fs'
import { promisify } from 'node:util'
import { BinaryRefusal } from './binary-refusal.ts'
import { fileSource } from './elf/byte-source.ts'
import { ElfError } from './elf/elf-error.ts'
import { ElfFile, textAt } from './elf/elf-file.ts'
import { openInRoot } from './open-in-root.ts'

const closeFd = promisify(close)
const DEBUG_ROOT = '/usr/lib/debug'

/** `close` ends it. */
export type DebugFile = { elf: ElfFile; close: () => Promise<void> }

/**
 * The file with the symbols that were stripped from `elf`, where it is installed: by build id, else by the name that the file itself
 * gives (`.gnu_debuglink`) beside it or below /usr/lib/debug (GDB manual, "Separate Debug Files"). Only one of the very same build
 * counts. Null where there is none.
 *
 * It is the host's also for a container's binary: a breakpoint goes into the file, which containers of one image share, and a container
 * may make up a debug file that puts a function's beginning into the middle of an instruction.
 */
export async function openDebugFile(elf: ElfFile, shownPath: string): Promise<DebugFile | null> {
  const { buildId } = elf
  if (buildId === null) return null
  const candidates = [debugFilePath(buildId), ...linkedNames(elf, shownPath)]
  for (const path of candidates) {
    const opened = await openInRoot('/', path).catch(orNull)
    if (opened === null) continue
    const debug = tryElf(opened.fd)
    if (debug?.buildId === buildId) return { elf: debug, close: () => closeFd(opened.fd) }
    await closeFd(opened.fd)
  }
  return null
}

/** Where distributions install the debug file of a build. */
export function debugFilePath(buildId: string): string {
  return `${DEBUG_ROOT}/.build-id/${buildId.slice(0, 2)}/${buildId.slice(2)}.debug`
}

function linkedNames(elf: ElfFile, shownPath: string): string[] {
  const section = elf.section('.gnu_debuglink')
  const name = section === undefined ? '' : textAt(elf.bytesOf(section, 4_096), 0)
  if (!/^[^/]{1,255}$/.test(name)) return []
  const folder = shownPath.slice(0, shownPath.lastIndexOf('/'))
  return [`${folder}/${name}`, `${folder}/.debug/${name}`, `${DEBUG_ROOT}${folder}/${name}`]
}

function tryElf(fd: number): ElfFile | null {
  try {
    return new ElfFile(fileSource(fd))
  } catch (error) {
    if (error instanceof ElfError) return null
    throw error
  }
}

function orNull(error: unknown): null {
  if (error instanceof BinaryRefusal) return null
  throw error
}
