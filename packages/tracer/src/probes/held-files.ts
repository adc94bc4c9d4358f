import { closeSync } from 'node:fs'
import type { HeldBinary } from './hold-binary.ts'

/** Descriptors that resolved probes refer to by `/proc/PID/fd/N`: open while the plan is of use. */
export class HeldFiles {
  private readonly byFile = new Map<string, number>()
  private readonly found = new Map<string, Promise<HeldBinary>>()

  /** Looks a reference up once: all probes of a plan that name the same binary get the same file, whatever becomes of its path. */
  once(reference: string, find: () => Promise<HeldBinary>): Promise<HeldBinary> {
    const known = this.found.get(reference)
    if (known !== undefined) return known
    const finding = find()
    this.found.set(reference, finding)
    return finding
  }

  /** Takes over an open file; where the very same file is held already, that descriptor serves, and this one is closed. */
  hold(file: { fd: number; device: number; inode: number }): number {
    const key = `${file.device}:${file.inode}`
    const known = this.byFile.get(key)
    if (known === undefined) this.byFile.set(key, file.fd)
    else closeSync(file.fd)
    return known ?? file.fd
  }

  /** Closes them all. May be called again. */
  close(): void {
    for (const descriptor of this.byFile.values()) closeSync(descriptor)
    this.byFile.clear()
    this.found.clear()
  }
}
