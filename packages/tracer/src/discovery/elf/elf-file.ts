import type { ByteSource } from './byte-source.ts'
import { ElfError } from './elf-error.ts'

export const SECTION_TYPE = { symtab: 2, strtab: 3, note: 7, nobits: 8, dynsym: 11, versions: 0x6fffffff } as const
const SEGMENT_LOAD = 1
const SEGMENT_DYNAMIC = 2
const SEGMENT_NOTE = 4
const FLAG_EXECUTABLE = 1

export type ElfSection = {
  name: string
  type: number
  address: number
  offset: number
  size: number
  /** Index of another section: a symbol table's strings. */
  link: number
  align: number
}
export type ElfSegment = { type: number; executable: boolean; offset: number; address: number; fileSize: number; align: number }
export type ElfNote = { owner: string; type: number; description: Uint8Array }

/** The most that is read of any one section or segment. node's symbols take 20 MB, a browser's with debug information 200 MB. */
const MAX_PART_BYTES = 256 * 1024 * 1024
const MAX_NOTE_BYTES = 16 * 1024 * 1024
const MAX_NOTES = 100_000
const MAX_SECTIONS = 100_000
/** Programs have a dozen; each address of a table is looked for in all of them. */
const MAX_SEGMENTS = 256
/** The longest text that is read out of a string table. No name that can be probed is as long. */
const MAX_TEXT_BYTES = 4_096
const MACHINES: Readonly<Record<number, 'x64' | 'arm64'>> = { 62: 'x64', 183: 'arm64' }

/**
 * The tables of a 64-bit little-endian ELF file (gABI, chapters 4 and 5), read on demand from `source`. Everything is checked against
 * the file's size before it is read. Throws ElfError, and nothing else, for whatever is not such a file.
 */
export class ElfFile {
  readonly arch: 'x64' | 'arm64'
  readonly segments: readonly ElfSegment[]
  readonly sections: readonly ElfSection[]
  readonly #source: ByteSource

  /** `sections: false`: only what a program needs to run is read, and notes come from its segments; the file may be cut off behind them. */
  constructor(source: ByteSource, parts: { sections: boolean } = { sections: true }) {
    this.#source = source
    const header = this.#view(0, 64, 'ELF header')
    if (header.getUint32(0, false) !== 0x7f454c46) throw new ElfError('not an ELF file')
    if (header.getUint8(4) !== 2) throw new ElfError('not a 64-bit ELF file')
    if (header.getUint8(5) !== 1) throw new ElfError('not a little-endian ELF file')
    const arch = MACHINES[header.getUint16(18, true)]
    if (arch === undefined) throw new ElfError('neither x64 nor arm64')
    this.arch = arch
    const type = header.getUint16(16, true)
    if (type !== 2 && type !== 3) throw new ElfError('neither an executable nor a shared library')
    this.segments = this.#readSegments(unsigned64(header, 32), header.getUint16(54, true), header.getUint16(56, true))
    this.sections = parts.sections
      ? this.#readSections(unsigned64(header, 40), header.getUint16(58, true), header.getUint16(60, true), header.getUint16(62, true))
      : []
  }

  get loadSegments(): ElfSegment[] {
    return this.segments.filter((segment) => segment.type === SEGMENT_LOAD)
  }

  section(name: string): ElfSection | undefined {
    return this.sections.find((section) => section.name === name)
  }

  /** A section's bytes. Throws ElfError where it lies outside of the file or is too large. */
  bytesOf(section: ElfSection, maxBytes = MAX_PART_BYTES): Uint8Array {
    if (section.type === SECTION_TYPE.nobits) return new Uint8Array(0)
    return this.#read(section.offset, section.size, section.name || 'a section', maxBytes)
  }

  /** Bytes of the file by position, e.g. a string table that the dynamic section points at. */
  bytesAt(offset: number, length: number): Uint8Array {
    return this.#read(offset, length, 'a part', MAX_PART_BYTES)
  }

  /** All notes of a given owner. Debug files keep their sections right but not their segments, so sections come first. */
  notes(owner: string): ElfNote[] {
    const parts = this.sections.filter((section) => section.type === SECTION_TYPE.note)
    const sources =
      parts.length > 0
        ? parts
        : this.segments
            .filter((s) => s.type === SEGMENT_NOTE)
            .map((s) => ({ offset: s.offset, size: s.fileSize, align: s.align, name: 'notes' }))
    const found: ElfNote[] = []
    // Sections may overlap: without a bound on all of them together, a small file could hold notes without end.
    let room = MAX_NOTE_BYTES
    for (const part of sources) {
      const bytes = this.#read(part.offset, part.size, part.name, room)
      room -= part.size
      for (const note of readNotes(bytes, part.align === 8 ? 8 : 4)) {
        if (note.owner === owner) found.push(note)
        if (found.length >= MAX_NOTES) return found
      }
    }
    return found
  }

  /** Lower-case hex of the GNU build id (NT_GNU_BUILD_ID), null where the file has none. */
  get buildId(): string | null {
    return buildIdIn(this.notes('GNU'))
  }

  /** The name that others link against (DT_SONAME), null where there is none. */
  get soname(): string | null {
    const dynamic = this.segments.find((segment) => segment.type === SEGMENT_DYNAMIC)
    if (dynamic === undefined) return null
    const entries = viewOf(this.#read(dynamic.offset, Math.min(dynamic.fileSize, 64 * 1024), 'the dynamic section', MAX_NOTE_BYTES))
    const values = new Map<number, number>()
    for (let at = 0; at + 16 <= entries.byteLength; at += 16) {
      const tag = unsigned64(entries, at)
      if (tag === 0) break
      values.set(tag, unsigned64(entries, at + 8))
    }
    const [strings, name] = [values.get(5), values.get(14)]
    if (strings === undefined || name === undefined) return null
    const offset = this.fileOffset(strings)
    if (offset === null || offset + name >= this.#source.size) return null
    return textAt(this.#read(offset + name, Math.min(256, this.#source.size - offset - name), 'the soname', 256), 0) || null
  }

  /**
   * Virtual address → offset in the file, by the LOAD segments; null where no byte of the file is mapped there. Uprobes and semaphores
   * are placed by file offset.
   */
  fileOffset(address: number, wanted: { executable: boolean } = { executable: false }): number | null {
    for (const segment of this.segments) {
      if (segment.type !== SEGMENT_LOAD || (wanted.executable && !segment.executable)) continue
      const offset = address - segment.address + segment.offset
      if (address >= segment.address && address - segment.address < segment.fileSize && offset < this.#source.size) return offset
    }
    return null
  }

  #readSegments(offset: number, entryBytes: number, count: number): ElfSegment[] {
    if (count === 0) return []
    if (entryBytes !== 56 || count > MAX_SEGMENTS) throw new ElfError('a program header table of a size that nobody makes')
    const view = this.#view(offset, count * entryBytes, 'program headers')
    return Array.from({ length: count }, (_, i) => {
      const at = i * entryBytes
      return {
        type: view.getUint32(at, true),
        executable: (view.getUint32(at + 4, true) & FLAG_EXECUTABLE) !== 0,
        offset: unsigned64(view, at + 8),
        address: unsigned64(view, at + 16),
        fileSize: unsigned64(view, at + 32),
        align: unsigned64(view, at + 48),
      }
    })
  }

  #readSections(offset: number, entryBytes: number, count: number, namesIndex: number): ElfSection[] {
    if (offset === 0) return []
    if (entryBytes !== 64) throw new ElfError('a section header table of a size that nobody makes')
    // More than 65,279 sections: the true numbers stand in the first one.
    const first = this.#view(offset, entryBytes, 'section headers')
    const total = count === 0 ? unsigned64(first, 32) : count
    const names = namesIndex === 0xffff ? first.getUint32(40, true) : namesIndex
    if (total > MAX_SECTIONS) throw new ElfError(`more than ${MAX_SECTIONS} sections`)
    const view = this.#view(offset, total * entryBytes, 'section headers')
    const sections = Array.from({ length: total }, (_, i) => {
      const at = i * entryBytes
      return {
        nameOffset: view.getUint32(at, true),
        name: '',
        type: view.getUint32(at + 4, true),
        address: unsigned64(view, at + 16),
        offset: unsigned64(view, at + 24),
        size: unsigned64(view, at + 32),
        link: view.getUint32(at + 40, true),
        align: unsigned64(view, at + 48),
      }
    })
    const strings = sections[names]
    const text = strings === undefined ? new Uint8Array(0) : this.bytesOf(strings, MAX_NOTE_BYTES)
    return sections.map(({ nameOffset, ...section }) => ({ ...section, name: textAt(text, nameOffset) }))
  }

  #read(offset: number, length: number, what: string, maxBytes: number): Uint8Array {
    if (length > maxBytes) throw new ElfError(`${what}: ${length} bytes is over the limit`)
    if (offset + length > this.#source.size) throw new ElfError(`${what} lies outside of the file`)
    return this.#source.read(offset, length)
  }

  #view(offset: number, length: number, what: string): DataView {
    return viewOf(this.#read(offset, length, what, MAX_NOTE_BYTES))
  }
}

export function buildIdIn(notes: Iterable<ElfNote>): string | null {
  for (const { owner, type, description } of notes) {
    if (owner === 'GNU' && type === 3 && description.length >= 4 && description.length <= 64)
      return Buffer.from(description).toString('hex')
  }
  return null
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** An unsigned 64-bit number; what a double cannot hold exactly becomes Infinity, which lies outside of every file. */
export function unsigned64(view: DataView, at: number): number {
  const high = view.getUint32(at + 4, true)
  return high > 0x1fffff ? Number.POSITIVE_INFINITY : high * 2 ** 32 + view.getUint32(at, true)
}

/** The NUL-terminated text at `at`, byte for byte (latin1), cut where it is longer than any name; '' outside of the bytes. */
export function textAt(bytes: Uint8Array, at: number): string {
  if (at >= bytes.length) return ''
  const most = Math.min(bytes.length, at + MAX_TEXT_BYTES)
  const end = bytes.subarray(at, most).indexOf(0)
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1', at, end < 0 ? most : at + end)
}

/** The notes in a part of a file, or in /sys/kernel/notes. Ends at the first one that is broken. */
export function* readNotes(bytes: Uint8Array, align: number): IterableIterator<ElfNote> {
  const view = viewOf(bytes)
  const padded = (length: number) => Math.ceil(length / align) * align
  for (let at = 0; at + 12 <= bytes.length; ) {
    const ownerBytes = view.getUint32(at, true)
    const descriptionBytes = view.getUint32(at + 4, true)
    // The header of 12 bytes and the owner together are padded, so that the description begins aligned.
    const descriptionAt = at + padded(12 + ownerBytes)
    // A broken note tells nothing about where the next one would be.
    if (descriptionAt + descriptionBytes > bytes.length) return
    const owner = Buffer.from(bytes.subarray(at + 12, at + 12 + Math.max(0, ownerBytes - 1))).toString('latin1')
    yield { owner, type: view.getUint32(at + 8, true), description: bytes.subarray(descriptionAt, descriptionAt + descriptionBytes) }
    at = descriptionAt + padded(descriptionBytes)
  }
}
