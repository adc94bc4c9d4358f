import { closeSync } from 'node:fs'

/** Descriptors that resolved probes refer to by `/proc/PID/fd/N`: open while the plan is of use. */
export class HeldFiles {
  private readonly descriptors: number[] = []

  hold(descriptor: number): void {
    this.descriptors.push(descriptor)
  }

  /** Closes them all. May be called again. */
  close(): void {
    for (const descriptor of this.descriptors.splice(0)) closeSync(descriptor)
  }
}
