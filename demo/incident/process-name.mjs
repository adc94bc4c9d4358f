// @ts-check
import { writeFileSync } from 'node:fs'

/**
 * Names this process as the kernel (and so every tracing tool) shows it, at most 15 bytes. /proc/self/comm rather than
 * process.title, which would also overwrite the command line that the live process list shows.
 * @param {string} name
 */
export function nameThisProcess(name) {
  try {
    writeFileSync('/proc/self/comm', name)
  } catch {
    process.title = name // not Linux
  }
}

/** Ends this process when the one that started it is gone, however it went: no orphan outlives the demo. */
export function endWithParent() {
  process.once('disconnect', () => process.exit(0))
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.once(signal, () => process.exit(0))
}
