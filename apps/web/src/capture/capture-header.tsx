'use client'
import { type CaptureSource, type CaptureView, instrumentDetails, isFinal, scopeWords } from '@sonde/contract'
import {
  Button,
  CopyButton,
  formatBytes,
  formatClock,
  formatPlural,
  formatSpan,
  formatTimestamp,
  HostText,
  Menu,
  MenuItem,
  ProgressBar,
  StateDot,
  TimeAgo,
  useNowMs,
} from '@sonde/ui'
import { useMutation } from '@tanstack/react-query'
import { AlarmClock, Ellipsis, FolderPlus, PencilLine, RotateCw, Square, Terminal, Trash2 } from 'lucide-react'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { lazy, Suspense, useState } from 'react'
import { CAPTURE_STATE_WORDS, captureDot, isLive } from '../captures/capture-state.ts'
import { DeleteCapture } from '../captures/delete-capture.tsx'
import { useRerun } from '../captures/use-rerun.ts'
import { CompareMenuItem } from '../compare/compare-menu-item.tsx'
import { formatName } from '../import/format-words.ts'
import { NotesButton } from '../notes/notes-button.tsx'
import { ShareButton } from '../share/share-button.tsx'
import { useShare } from '../share/share-context.tsx'
import { useHasRole, useOptionalPerson } from '../shell/person-context.tsx'
import { toast } from '../shell/toast.ts'
import { useTRPC } from '../trpc/client.tsx'
import { errorText } from '../trpc/errors.ts'
import { captureProgress } from './capture-clock.ts'
import { CommandsDrawer } from './commands-drawer.tsx'

// Most captures were started by a person and have none.
const AddToIncident = lazy(async () => ({ default: (await import('../incidents/add-to-incident.tsx')).AddToIncident }))
const CaptureTags = lazy(async () => ({ default: (await import('../captures/capture-tags.tsx')).CaptureTags }))
const CaptureReasonLine = lazy(async () => ({ default: (await import('../captures/capture-reason.tsx')).CaptureReasonLine }))

export function CaptureHeader({ capture, clockOffsetMs }: { capture: CaptureView; clockOffsetMs: number }) {
  const trpc = useTRPC()
  const router = useRouter()
  const person = useOptionalPerson()
  const isShared = useShare() !== null
  const operator = useHasRole('operator')
  const admin = useHasRole('admin')
  const rerun = useRerun()
  const cancel = useMutation(
    trpc.captures.cancel.mutationOptions({ onError: (error) => toast.error('It was not cancelled', { description: errorText(error) }) }),
  )
  const [commands, setCommands] = useState(false)
  const [deleting, setDeleting] = useState(false)
  const [collecting, setCollecting] = useState(false)
  const live = isLive(capture.state)
  const cancelling = cancel.isPending || (live && capture.targets.some((target) => target.cancelRequested))
  const mayDelete = admin || (operator && capture.createdBy.id === person?.id)
  return (
    <header className="flex flex-col gap-1">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5 lg:flex-nowrap">
        <h1 className="min-w-0 max-w-full font-semibold text-xl">
          <HostText text={capture.title} />
        </h1>
        <span
          className="inline-flex items-center gap-1.5 whitespace-nowrap"
          role="status"
          data-testid="capture-state"
          data-state={capture.state}
        >
          <StateDot kind={captureDot(capture.state)} /> {CAPTURE_STATE_WORDS[capture.state]}
        </span>
        <div className="flex-1" />
        <div className="flex items-center gap-1.5 print:hidden">
          {live && operator ? (
            <Button variant="danger" onClick={() => cancel.mutate({ id: capture.id })} disabled={cancelling} data-testid="cancel-capture">
              <Square aria-hidden /> {cancelling ? 'Cancelling…' : 'Cancel'}
            </Button>
          ) : null}
          <NotesButton />
          {isShared ? null : <ShareButton capture={capture} />}
          <CopyButton text={() => window.location.href} label="Copy link to this view">
            Copy link
          </CopyButton>
          {capture.source || (isShared && !capture.targets.some((target) => target.commands.length > 0)) ? null : (
            <Button onClick={() => setCommands(true)} aria-label="Commands">
              <Terminal aria-hidden /> <span className="hidden sm:inline">Commands</span>
            </Button>
          )}
          {operator && !capture.source ? (
            <Button onClick={() => rerun.mutate({ id: capture.id })} disabled={rerun.isPending} aria-label="Run again">
              <RotateCw aria-hidden /> <span className="hidden sm:inline">Run again</span>
            </Button>
          ) : null}
          {isShared ? null : (
            <Menu
              trigger={
                <Button icon variant="ghost" aria-label="More">
                  <Ellipsis />
                </Button>
              }
            >
              <CompareMenuItem captureId={capture.id} />
              {capture.source || !operator ? null : (
                <MenuItem onSelect={() => router.push(changeHref(capture))}>
                  <PencilLine aria-hidden /> Change and run…
                </MenuItem>
              )}
              {operator ? (
                <>
                  <MenuItem onSelect={() => setCollecting(true)}>
                    <FolderPlus aria-hidden /> Add to an incident…
                  </MenuItem>
                  {capture.source ? null : (
                    <MenuItem onSelect={() => router.push(`/rules/new?from=${capture.id}`)}>
                      <AlarmClock aria-hidden /> Make a rule of this capture…
                    </MenuItem>
                  )}
                  <MenuItem tone="danger" onSelect={() => setDeleting(true)} disabled={!mayDelete}>
                    <Trash2 aria-hidden /> Delete
                  </MenuItem>
                </>
              ) : null}
            </Menu>
          )}
        </div>
      </div>
      <div className="flex flex-wrap items-center gap-x-2 text-ink-2">
        {capture.source ? <ImportSummary capture={capture} source={capture.source} /> : <SpecSummary capture={capture} />}
        <span aria-hidden className="hidden sm:inline">
          ·
        </span>
        <span className="min-w-0">
          <HostText text={capture.createdBy.name} />
          {', '}
          <TimeAgo date={capture.createdAt} className="whitespace-nowrap" />
        </span>
        {/* Words that people chose may name anything. */}
        {isShared ? null : (
          <Suspense>
            <CaptureTags captureId={capture.id} />
          </Suspense>
        )}
        {live ? <Clock capture={capture} clockOffsetMs={clockOffsetMs} /> : null}
      </div>
      {capture.reason ? (
        <Suspense>
          <CaptureReasonLine reason={capture.reason} links={!isShared} />
        </Suspense>
      ) : null}
      <Suspense>
        {collecting ? <AddToIncident open onOpenChange={setCollecting} item={{ kind: 'capture', captureId: capture.id }} /> : null}
      </Suspense>
      <CommandsDrawer capture={capture} open={commands} onOpenChange={setCommands} />
      <DeleteCapture capture={deleting ? capture : null} onClose={() => setDeleting(false)} onDeleted={() => router.push('/captures')} />
    </header>
  )
}

/** The form of a new capture, filled in as this one's was. */
const changeHref = (capture: CaptureView): string => `/captures/${capture.id}/change`

/** Settings of instruments that the line under the title has room for; the others stand in its title. */
const MOST_DETAILS = 5

/** What was asked for, in a line: recipe, probes and conditions, whom, how long. A link to the form that is filled in the same way. */
function SpecSummary({ capture }: { capture: CaptureView }) {
  const { spec } = capture
  const operator = useHasRole('operator')
  const details = spec.instruments.flatMap(instrumentDetails)
  const limits = [...scopeWords(spec), formatSpan(spec.durationMs)]
  const shown =
    details.length > MOST_DETAILS ? [...details.slice(0, MOST_DETAILS - 1), `${details.length - MOST_DETAILS + 1} more`] : details
  const text = [...shown, ...limits].join(' · ')
  return (
    <span className="min-w-0 max-w-full" data-testid="spec-summary" title={[...details, ...limits].join('\n')}>
      {capture.recipeTitle === null ? null : <span className="font-medium">{capture.recipeTitle}: </span>}
      <HostText text={text} wrap className="text-ink-2" />
      {operator ? (
        <>
          {' '}
          <Link href={changeHref(capture)} className="whitespace-nowrap text-accent underline">
            Change
          </Link>
        </>
      ) : null}
    </span>
  )
}

/** Which file it was, in a line, where an asked-for capture says what was asked. */
function ImportSummary({ capture, source }: { capture: CaptureView; source: CaptureSource }) {
  const [first] = capture.targets
  return (
    <span className="min-w-0 max-w-full" data-testid="import-summary">
      Imported: <span className="font-medium">{formatName(source.format)}</span> · {formatBytes(source.sizeBytes)}
      {first?.startedAt ? (
        <>
          {' '}
          · recorded <span className="whitespace-nowrap">{formatTimestamp(first.startedAt)}</span>
        </>
      ) : null}
      {source.fileName === capture.title ? null : (
        <>
          {' '}
          · <HostText text={source.fileName} wrap />
        </>
      )}
    </span>
  )
}

/** Elapsed and remaining time, ticking only while something runs. */
function Clock({ capture, clockOffsetMs }: { capture: CaptureView; clockOffsetMs: number }) {
  const now = useNowMs(250)
  const { elapsedMs, remainingMs, share } = captureProgress(capture, now + clockOffsetMs)
  const unfinished = capture.targets.filter((target) => !isFinal(target.state)).length
  const waitingMs = now + clockOffsetMs - capture.createdAt.getTime()
  return (
    <span className="inline-flex items-center gap-2 sm:ml-2" data-testid="capture-clock">
      <ProgressBar share={share} label="Recording" className="w-32" />
      {elapsedMs === null ? (
        <span className="whitespace-nowrap">
          waiting for{' '}
          {unfinished < capture.targets.length
            ? `${unfinished} of ${formatPlural(capture.targets.length, 'host')}`
            : unfinished > 1
              ? 'the hosts'
              : 'the host'}
          , {formatClock(waitingMs)}
        </span>
      ) : remainingMs === 0 ? (
        <span className="whitespace-nowrap">recorded, waiting for the rest</span>
      ) : (
        <span className="whitespace-nowrap">
          {formatClock(elapsedMs)} of {formatClock(capture.spec.durationMs)}
        </span>
      )}
    </span>
  )
}
