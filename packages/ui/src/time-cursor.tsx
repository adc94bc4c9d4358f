'use client'
import { createContext, type ReactNode, useContext, useRef, useSyncExternalStore } from 'react'

/** The moment that the pointer, or the keyboard, is at in one of several charts that share their time. Not React state: it moves with every pixel. */
class TimeCursor {
  private readonly listeners = new Set<() => void>()
  private ms: number | null = null

  readonly get = (): number | null => this.ms

  set(ms: number | null): void {
    if (ms === this.ms) return
    this.ms = ms
    for (const listener of this.listeners) listener()
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }
}

const Context = createContext<TimeCursor | null>(null)

/** Charts below it show the same moment. */
export function TimeCursorProvider({ children }: { children: ReactNode }) {
  const cursor = useRef<TimeCursor | null>(null)
  cursor.current ??= new TimeCursor()
  return <Context value={cursor.current}>{children}</Context>
}

/** The moment, ms, or null; and how to move it. A chart outside a provider has one of its own. */
export function useTimeCursor(): [ms: number | null, set: (ms: number | null) => void] {
  const shared = useContext(Context)
  const own = useRef<TimeCursor | null>(null)
  if (!shared) own.current ??= new TimeCursor()
  const cursor = shared ?? own.current ?? new TimeCursor()
  const ms = useSyncExternalStore(cursor.subscribe, cursor.get, () => null)
  return [ms, (next) => cursor.set(next)]
}
