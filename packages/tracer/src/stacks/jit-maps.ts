import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { readText } from '../host/read-text.ts'

/** A map that grows beyond this is read no further. */
const MAX_MAP_BYTES = 64 * 1024 * 1024
const MAX_OPEN_MAPS = 256
/** Of one map, and of all together: an entry takes some 150 bytes, and anyone can write a map of millions. A large JVM has 100 thousand. */
export const MAX_ENTRIES = 400_000
const MAX_ALL_ENTRIES = 2_000_000
/** Longer lines are no names. */
const MAX_LINE_CHARS = 16 * 1024
/** Entries that are looked at for one address. Only where they overlap without end are there more. */
const MAX_LOOKED_AT = 2_000

/**
 * Names of code made at run time, from the maps that runtimes write: /tmp/perf-PID.map, lines of `START SIZE name` with hex numbers
 * (tools/perf/Documentation/jit-interface.txt). A symboliser that lives as long as the recording has read a map only once, when its
 * first address came up; the runtime goes on writing. So the maps are followed here.
 */
export class JitMaps {
  private readonly maps = new Map<number, JitMap | null>()

  /** Reads what is new in a process's map. Returns whether anything was. */
  async update(pid: number): Promise<boolean> {
    let map = this.maps.get(pid)
    if (map === undefined) {
      if (this.maps.size >= MAX_OPEN_MAPS) return false
      map = await openMap(pid)
      // Not remembered where it is missing: the runtime may not have written it yet.
      if (map === null) return false
      this.maps.set(pid, map)
    }
    return map?.readMore(this.room()) ?? false
  }

  /** The runtime has written its map anew. Names of the old one are kept: code may have moved since it was sampled. */
  async readAgain(pid: number): Promise<void> {
    const map = this.maps.get(pid)
    if (map === undefined || map === null) await this.update(pid)
    else map.readAgain(this.room())
  }

  /** Entries that all maps together may still take in. */
  private room(): number {
    let taken = 0
    for (const map of this.maps.values()) taken += map?.entryCount ?? 0
    return Math.max(0, MAX_ALL_ENTRIES - taken)
  }

  lookup(pid: number, address: number): string | null {
    return this.maps.get(pid)?.lookup(address) ?? null
  }

  close(): void {
    for (const map of this.maps.values()) map?.close()
    this.maps.clear()
  }
}

/** Entries of one map, later ones in front of earlier ones where they overlap: the runtime has used the place again. */
export class JitMapText {
  private readonly entries: { start: number; end: number; name: string; order: number }[] = []
  private sorted = true
  private longest = 0
  private rest = ''
  private order = 0

  get size(): number {
    return this.entries.length
  }

  /** Adds text in any pieces; returns how many entries it completed. Beyond `room`, and MAX_ENTRIES, it is not taken in. */
  add(text: string, room = Number.POSITIVE_INFINITY): number {
    const lines = (this.rest + text).split('\n')
    this.rest = (lines.pop() ?? '').slice(0, MAX_LINE_CHARS)
    let added = 0
    for (const line of lines) {
      if (added >= room || this.entries.length >= MAX_ENTRIES) break
      const match = /^(?:0x)?([0-9a-f]{1,16}) (?:0x)?([0-9a-f]{1,16}) (.*)$/i.exec(line)
      if (match === null) continue
      const start = Number.parseInt(match[1] ?? '', 16)
      const size = Number.parseInt(match[2] ?? '', 16)
      this.entries.push({ start, end: start + size, name: match[3] ?? '', order: this.order++ })
      this.longest = Math.max(this.longest, size)
      added++
    }
    if (added > 0) this.sorted = false
    return added
  }

  /** The map begins anew. What it said before is kept where there is room for it beside what it may say now. */
  restart(): void {
    this.rest = ''
    if (this.entries.length <= MAX_ENTRIES / 2) return
    this.entries.length = 0
    this.longest = 0
  }

  lookup(address: number): string | null {
    if (!this.sorted) this.entries.sort((a, b) => a.start - b.start || a.order - b.order)
    this.sorted = true
    let low = 0
    let high = this.entries.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.entries[middle]?.start ?? 0) <= address) low = middle + 1
      else high = middle
    }
    let found: { name: string; order: number } | null = null
    for (let i = low - 1; i >= 0 && i >= low - MAX_LOOKED_AT; i--) {
      const entry = this.entries[i]
      if (entry === undefined || address - entry.start >= this.longest) break
      if (address < entry.end && (found === null || entry.order > found.order)) found = entry
    }
    return found?.name ?? null
  }
}

class JitMap {
  private readonly text = new JitMapText()
  private readonly decoder = new TextDecoder()
  private readonly fd: number
  private offset = 0

  constructor(fd: number) {
    this.fd = fd
  }

  get entryCount(): number {
    return this.text.size
  }

  /** At most `room` entries. */
  readMore(room: number): boolean {
    const buffer = Buffer.alloc(256 * 1024)
    let added = 0
    while (this.offset < MAX_MAP_BYTES && added < room && this.text.size < MAX_ENTRIES) {
      const bytes = readSync(this.fd, buffer, 0, buffer.length, this.offset)
      if (bytes === 0) break
      this.offset += bytes
      added += this.text.add(this.decoder.decode(buffer.subarray(0, bytes), { stream: true }), room - added)
    }
    return added > 0
  }

  readAgain(room: number): void {
    this.offset = 0
    const before = this.text.size
    this.text.restart()
    this.readMore(room + before - this.text.size)
  }

  lookup(address: number): string | null {
    return this.text.lookup(address)
  }

  close(): void {
    closeSync(this.fd)
  }
}

/**
 * The map lies in the process's own /tmp, under the pid that the process has in its own namespace. It is believed only where the
 * process's user or root wrote it: anyone may put a file into /tmp.
 */
async function openMap(pid: number): Promise<JitMap | null> {
  const status = await readText(`/proc/${pid}/status`)
  const innerPid = /^NSpid:.*?(\d+)$/m.exec(status)?.[1] ?? String(pid)
  const uid = Number(/^Uid:\s+(\d+)/m.exec(status)?.[1] ?? -1)
  for (const path of [`/proc/${pid}/root/tmp/perf-${innerPid}.map`, `/tmp/perf-${pid}.map`]) {
    try {
      // O_NONBLOCK: what lies there may be a FIFO.
      const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
      const stat = fstatSync(fd)
      if (stat.isFile() && (stat.uid === 0 || stat.uid === uid)) return new JitMap(fd)
      closeSync(fd)
    } catch {
      // Not there: try the next place.
    }
  }
  return null
}
