'use client'
import type { CaptureView } from '@sonde/contract'
import { Button, cx, EmptyState, Notice, SkeletonRows, TimeCursorProvider } from '@sonde/ui'
import Link from 'next/link'
import { lazy, Suspense, useEffect, useRef } from 'react'
import { useCompareKey } from '../compare/compare-menu-item.tsx'
import { NotesProvider, useNewNotesStore, useNotes } from '../notes/notes-store.ts'
import { useShare } from '../share/share-context.tsx'
import { shareEndWords } from '../share/share-end-words.ts'
import { isTyping, useKeyDown } from '../shell/shortcuts.ts'
import { errorText, httpStatusOf, shareEndOf } from '../trpc/errors.ts'
import { CaptureHeader } from './capture-header.tsx'
import { CaptureMarks } from './capture-marks.tsx'
import { CaptureReading } from './capture-reading.tsx'
import { TargetList } from './target-list.tsx'
import { useCapture } from './use-capture.ts'
import { useCaptureResults } from './use-capture-results.ts'
import { useTransformKeys } from './use-transform-keys.ts'
import { useViewState } from './use-view-state.ts'

const NotesHost = lazy(async () => ({ default: (await import('../notes/notes-host.tsx')).NotesHost }))

export function CapturePage({ id }: { id: string }) {
  const { capture, error, isDisconnected, clockOffsetMs } = useCapture(id)
  const isShared = useShare() !== null
  useEffect(() => {
    if (capture) document.title = `${capture.title} · Sonde`
  }, [capture])

  if (!capture) {
    if (!error) return <SkeletonRows label="Loading the capture" rows={12} />
    if (isShared) return <SharedRefusal error={error} />
    const status = httpStatusOf(error)
    const gone = status === 404 || status === 400
    return (
      <EmptyState
        page
        title={gone ? 'There is no such capture' : status === 403 ? 'You may not see this capture' : 'The capture could not be loaded'}
        action={
          <Button asChild>
            <Link href="/captures">All captures</Link>
          </Button>
        }
      >
        {gone
          ? 'It was deleted, or the link is not complete. Whoever sent it can run it again with the same settings, if they still have it.'
          : status === 403
            ? 'Ask whoever sent you the link, or an administrator.'
            : errorText(error)}
      </EmptyState>
    )
  }
  // One capture's held rows and limits are not another's.
  return <LoadedCapture key={capture.id} capture={capture} isDisconnected={isDisconnected} clockOffsetMs={clockOffsetMs} />
}

/** The link ended while its page was open, or the server is away. */
function SharedRefusal({ error }: { error: unknown }) {
  const words = httpStatusOf(error) === 404 ? shareEndWords(shareEndOf(error)) : null
  return (
    <EmptyState page title={words?.title ?? 'The capture could not be loaded'}>
      {words?.text ?? errorText(error)}
    </EmptyState>
  )
}

function LoadedCapture({
  capture,
  isDisconnected,
  clockOffsetMs,
}: {
  capture: CaptureView
  isDisconnected: boolean
  clockOffsetMs: number
}) {
  const [view, update] = useViewState()
  const results = useCaptureResults(capture, view)
  const isShared = useShare() !== null
  const notes = useNewNotesStore()
  const showsNotes = useNotes((state) => state.opened !== null, notes)
  const searchRef = useRef<HTMLInputElement>(null)
  const filterRef = useRef<HTMLInputElement>(null)
  useTransformKeys(view, update)
  useCompareKey(capture.id)
  useKeyDown((event) => {
    if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target)) return
    const focus = (input: HTMLInputElement | null) => {
      event.preventDefault()
      input?.focus()
      input?.select()
    }
    if (event.key === '/' && (searchRef.current ?? filterRef.current)) focus(searchRef.current ?? filterRef.current)
    else if (event.key === 'f' && filterRef.current) focus(filterRef.current)
    else if (event.key === '0') update({ zoom: '', waitZoom: '' }, 'push')
    else if (event.key === 'a' && !isShared) {
      event.preventDefault()
      if (notes.state.opened) notes.close()
      else notes.open()
    }
  })

  return (
    <NotesProvider value={isShared ? null : notes}>
      <div
        className={cx(
          'flex min-h-0 flex-1 flex-col gap-2.5 p-3 print:block print:h-auto! print:p-0 min-[900px]:h-[calc(100dvh-44px)] min-[900px]:min-h-[560px] min-[900px]:flex-none',
          showsNotes && 'min-[900px]:pr-[404px]',
        )}
      >
        <CaptureHeader capture={capture} clockOffsetMs={clockOffsetMs} />
        {isDisconnected ? (
          <Notice tone="warn" title="Live updates are interrupted">
            The page asks every few seconds instead, until the connection is back.
          </Notice>
        ) : null}
        <TargetList
          capture={capture}
          selected={view.host}
          onSelect={(host) => update({ host, zoom: '', waitZoom: '' }, 'push')}
          aside={<CaptureMarks capture={capture} results={results} view={view} update={update} />}
        />
        <TimeCursorProvider>
          <CaptureReading capture={capture} results={results} view={view} update={update} searchRef={searchRef} filterRef={filterRef} />
        </TimeCursorProvider>
      </div>
      {isShared ? null : (
        <Suspense>
          <NotesHost store={notes} capture={capture} update={update} />
        </Suspense>
      )}
    </NotesProvider>
  )
}
