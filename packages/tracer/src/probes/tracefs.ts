import { readdir } from 'node:fs/promises'

/** Where the kernel's trace events are, on new and on old systems. */
const MOUNTS = ['/sys/kernel/tracing', '/sys/kernel/debug/tracing'] as const

/** The folder of trace events (`<folder>/<category>/<name>/format`), or null where tracefs is not mounted. */
export async function eventsFolder(): Promise<string | null> {
  for (const mount of MOUNTS) {
    if ((await foldersIn(`${mount}/events`)).length > 0) return `${mount}/events`
  }
  return null
}

/** Names of the folders in a folder of tracefs; [] where there is none. */
export async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
}
