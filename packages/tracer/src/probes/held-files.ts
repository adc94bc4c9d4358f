import { closeSync } from 'node:fs'

/** Descriptors that resolved probes refer to by `/proc/PID/fd/N`: open while the plan is of use. */
export class HeldFiles {
  private readonly byFile = new Map<string, number>()

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
  }
}
