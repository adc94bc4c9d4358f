export type Toast = { kind: 'success' | 'error'; title: string; description: string | undefined }

const waiting: Toast[] = []
const listeners = new Set<() => void>()
let isWanted = false

const say =
  (kind: Toast['kind']) =>
  (title: string, { description }: { description?: string | undefined } = {}): void => {
    waiting.push({ kind, title, description })
    isWanted = true
    for (const listener of listeners) listener()
  }

/** Says something in the corner of the screen. What shows it is loaded with the first word: most visits have none. */
export const toast = { success: say('success'), error: say('error') }

/** For the toaster: whether anything was said yet, and what waits to be shown. */
export const toasts = {
  isWanted: (): boolean => isWanted,
  takeAll: (): Toast[] => waiting.splice(0),
  subscribe: (listener: () => void): (() => void) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  },
}
