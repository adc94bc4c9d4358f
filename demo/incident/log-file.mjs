// @ts-check
import { closeSync, existsSync, fdatasyncSync, openSync, renameSync, writeSync } from 'node:fs'

/**
 * A log file written line by line with write(2), rotated at `maxBytes` with one old file kept: never more than twice that on
 * disk. Every `syncEveryMs` it is forced to the disk, as a careful logger would, which is what turns a flood into I/O wait.
 * @param {{ path: string, maxBytes: number, syncEveryMs: number }} options
 */
export function openLogFile({ path, maxBytes, syncEveryMs }) {
  let fd = openSync(path, 'a', 0o600)
  let sizeBytes = 0
  let lines = 0
  let syncedAt = performance.now()

  function rotate() {
    closeSync(fd)
    if (existsSync(path)) renameSync(path, `${path}.1`)
    fd = openSync(path, 'a', 0o600)
    sizeBytes = 0
  }

  return {
    /** @param {string} line */
    writeLogLine(line) {
      if (sizeBytes > maxBytes) rotate()
      sizeBytes += writeSync(fd, line)
      lines++
      const now = performance.now()
      if (now - syncedAt > syncEveryMs) {
        fdatasyncSync(fd)
        syncedAt = now
      }
    },
    lines: () => lines,
    close: () => closeSync(fd),
  }
}
