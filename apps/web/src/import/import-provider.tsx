'use client'
import { visibleText } from '@sonde/ui'
import { useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { createContext, lazy, type ReactNode, Suspense, use, useCallback, useEffect, useMemo, useReducer, useRef } from 'react'
import { useHasRole } from '../shell/person-context.tsx'
import { toast } from '../shell/toast.ts'
import { useTRPC } from '../trpc/client.tsx'
import { DropOverlay } from './drop-overlay.tsx'
import { importList, isUnderWay } from './import-list.ts'
import { uploadFile } from './upload-file.ts'

const ImportPanel = lazy(async () => ({ default: (await import('./import-panel.tsx')).ImportPanel }))

/** The server's words begin with the file's name, which stands above them already. */
function problemOf(error: unknown, fileName: string): string {
  const words = error instanceof Error && error.message !== '' ? error.message : 'It was not imported.'
  return words.startsWith(`${fileName} `) ? `It${words.slice(fileName.length)}.` : words
}

/** A file that was dropped or chosen; a folder can be dropped too, and is said to be one. */
export type ChosenFile = { file: File; isFolder: boolean }

const ImportContext = createContext<{ choose: () => void } | null>(null)

/** Opens the browser's choice of files to import; for those who may (operators). */
export function useImport(): { choose: () => void } {
  const context = use(ImportContext)
  if (!context) throw new Error('no imports: this component belongs below ImportProvider')
  return context
}

/**
 * Files become captures on every page: dropped anywhere, or chosen. They are sent one after the other, and go on while the person reads
 * other pages. A single one leads to its capture.
 */
export function ImportProvider({ children }: { children: ReactNode }) {
  const trpc = useTRPC()
  const router = useRouter()
  const queryClient = useQueryClient()
  const operator = useHasRole('operator')
  const [items, dispatch] = useReducer(importList, [])
  const input = useRef<HTMLInputElement>(null)
  const files = useRef(new Map<number, File>())
  const aborts = useRef(new Map<number, AbortController>())
  const lastKey = useRef(0)

  const add = useCallback(
    (chosen: readonly ChosenFile[]) => {
      if (chosen.length === 0) return
      if (!operator) {
        toast.error('You may read captures, not import them', { description: 'An administrator can make you an operator.' })
        return
      }
      const added = chosen.map(({ file, isFolder }) => {
        const key = ++lastKey.current
        files.current.set(key, file)
        return { key, name: file.name, sizeBytes: file.size, isFolder }
      })
      dispatch({ type: 'added', files: added })
    },
    [operator],
  )

  const send = useCallback(
    async (key: number, isOnly: boolean) => {
      const file = files.current.get(key)
      if (!file) return
      const abort = new AbortController()
      aborts.current.set(key, abort)
      dispatch({ type: 'started', key })
      try {
        const { id } = await uploadFile(file, { signal: abort.signal, onSent: (bytes) => dispatch({ type: 'sent', key, bytes }) })
        dispatch({ type: 'done', key, captureId: id })
        void queryClient.invalidateQueries({ queryKey: trpc.captures.list.pathKey() })
        if (isOnly) {
          dispatch({ type: 'cleared' })
          toast.success('Imported', { description: visibleText(file.name.slice(0, 200)) })
          router.push(`/captures/${id}`)
        }
      } catch (error) {
        if (abort.signal.aborted) dispatch({ type: 'cancelled', key })
        else dispatch({ type: 'failed', key, error: problemOf(error, file.name) })
      } finally {
        files.current.delete(key)
        aborts.current.delete(key)
      }
    },
    [queryClient, router, trpc],
  )

  const next = items.some(isUnderWay) ? undefined : items.find((item) => item.phase === 'waiting')
  const nextKey = next?.key
  const isOnly = items.length === 1
  useEffect(() => {
    if (nextKey !== undefined) void send(nextKey, isOnly)
  }, [nextKey, isOnly, send])

  // Leaving the page would end what is being sent.
  const isBusy = items.some((item) => item.phase === 'waiting' || isUnderWay(item))
  useEffect(() => {
    if (!isBusy) return
    const ask = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', ask)
    return () => window.removeEventListener('beforeunload', ask)
  }, [isBusy])

  const cancel = useCallback((key: number) => {
    dispatch({ type: 'cancelled', key })
    aborts.current.get(key)?.abort()
  }, [])
  const context = useMemo(() => ({ choose: () => input.current?.click() }), [])
  return (
    <ImportContext value={context}>
      {children}
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label="Files to import"
        data-testid="import-input"
        onChange={(event) => {
          add([...(event.target.files ?? [])].map((file) => ({ file, isFolder: false })))
          // The same file may be chosen again.
          event.target.value = ''
        }}
      />
      <DropOverlay isOffered={operator} onDrop={add} />
      <Suspense>
        {items.length > 0 ? <ImportPanel items={items} onCancel={cancel} onClear={() => dispatch({ type: 'cleared' })} /> : null}
      </Suspense>
    </ImportContext>
  )
}
