/** A file that a process has mapped as code, out of /proc/PID/maps (proc(5)). */
export type MappedFile = {
  /** Name of the mapping below /proc/PID/map_files: the kernel's own link to the very file. */
  range: string
  /** As the process sees it (or saw it, if it was deleted since). */
  path: string
  inode: number
}

const LINE = /^([0-9a-f]+-[0-9a-f]+) ..x. [0-9a-f]+ [0-9a-f]+:[0-9a-f]+ (\d+) +(\/.*)$/
const MAX_FILES = 20_000

/** Files with at least one executable mapping, each once (by inode and path), in order of address. */
export function parseMappedFiles(maps: string): MappedFile[] {
  const files = new Map<string, MappedFile>()
  for (const line of maps.split('\n')) {
    const [, range = '', inode = '', path = ''] = LINE.exec(line) ?? []
    if (range === '' || inode === '0' || files.size >= MAX_FILES) continue
    const shown = path.replace(/ \(deleted\)$/, '').replaceAll('\\012', '\n')
    const key = `${inode} ${shown}`
    if (!files.has(key)) files.set(key, { range: canonicalRange(range), path: shown, inode: Number(inode) })
  }
  return [...files.values()]
}

/** maps pads addresses with zeros to 8 digits, map_files does not pad. */
function canonicalRange(range: string): string {
  return range
    .split('-')
    .map((address) => address.replace(/^0+(?=.)/, ''))
    .join('-')
}

/** Whether a file at `path` may be the library `name`: `libstdc++.so.6` is often the file `libstdc++.so.6.0.30`. */
export function isFileOfLibrary(path: string, name: string): boolean {
  const file = path.slice(path.lastIndexOf('/') + 1)
  return file === name || file.startsWith(`${name}.`)
}
