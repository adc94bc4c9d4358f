import { createHash } from 'node:crypto'
import { bytesSource } from './elf/byte-source.ts'
import { ElfError } from './elf/elf-error.ts'
import { ElfFile } from './elf/elf-file.ts'

/** Linkers put the notes right behind the program headers: what lies further back is not looked for. */
export const BUILD_ID_WITHIN_BYTES = 64 * 1024
/** `NT_GO_BUILD_ID` (cmd/internal/buildid): the only one that Go's own linker writes before 1.24. */
const GO_NOTE = { owner: 'Go\0', type: 4 }

/**
 * The build id in the beginning of an executable: lower-case hex of its GNU note, else 40 hex digits of the SHA-256 of a Go note. Null
 * where there is none, or where this is no program: a file is never wrong, it only has nothing to say.
 */
export function readBuildId(beginning: Uint8Array): string | null {
  try {
    const elf = new ElfFile(bytesSource(beginning.subarray(0, BUILD_ID_WITHIN_BYTES)), { sections: false })
    if (elf.buildId !== null) return elf.buildId
    const go = elf.notes(GO_NOTE.owner).find((note) => note.type === GO_NOTE.type && note.description.length > 0)
    return go === undefined ? null : createHash('sha256').update(go.description).digest('hex').slice(0, 40)
  } catch (error) {
    if (error instanceof ElfError) return null
    throw error
  }
}
