'use client'
import { FileUp } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { FORMATS_SENTENCE } from './format-words.ts'
import type { ChosenFile } from './import-provider.tsx'

/** A drag that has not moved over the page for so long has left it, ms: browsers say "over" every 50 to 350 ms. */
const GONE_AFTER_MS = 500

const holdsFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false

/**
 * The whole page takes dropped files, whatever is on it; while some are dragged over it, it says so. Where they may not be imported they
 * are taken all the same, so that the browser does not leave the page for them.
 */
export function DropOverlay({ isOffered, onDrop }: { isOffered: boolean; onDrop: (files: ChosenFile[]) => void }) {
  const [isOver, setIsOver] = useState(false)
  const drop = useRef(onDrop)
  drop.current = onDrop
  useEffect(() => {
    let gone: ReturnType<typeof setTimeout> | undefined
    const end = () => {
      clearTimeout(gone)
      setIsOver(false)
    }
    const over = (event: DragEvent) => {
      if (!holdsFiles(event) || !event.dataTransfer) return
      event.preventDefault()
      event.dataTransfer.dropEffect = isOffered ? 'copy' : 'none'
      clearTimeout(gone)
      gone = setTimeout(end, GONE_AFTER_MS)
      setIsOver(true)
    }
    const dropped = (event: DragEvent) => {
      if (!holdsFiles(event) || !event.dataTransfer) return
      event.preventDefault()
      end()
      drop.current(filesOf(event.dataTransfer))
    }
    window.addEventListener('dragenter', over)
    window.addEventListener('dragover', over)
    window.addEventListener('drop', dropped)
    return () => {
      clearTimeout(gone)
      window.removeEventListener('dragenter', over)
      window.removeEventListener('dragover', over)
      window.removeEventListener('drop', dropped)
    }
  }, [isOffered])

  if (!isOver || !isOffered) return null
  return (
    <div className="pointer-events-none fixed inset-0 z-50 flex items-center justify-center bg-scrim p-4" data-testid="drop-overlay">
      <div className="flex max-w-lg flex-col items-center gap-2 rounded-lg border-2 border-accent border-dashed bg-raised px-8 py-6 text-center shadow-overlay">
        <FileUp aria-hidden className="size-6 text-accent" />
        <p className="font-semibold text-lg">Drop a profile to import it</p>
        <p className="text-ink-2 text-pretty">Each file becomes a capture. {FORMATS_SENTENCE}</p>
      </div>
    </div>
  )
}

function filesOf(data: DataTransfer): ChosenFile[] {
  // Only while the event is handled does an entry say whether it is a folder.
  return [...data.items].flatMap((item) => {
    const file = item.kind === 'file' ? item.getAsFile() : null
    return file ? [{ file, isFolder: item.webkitGetAsEntry?.()?.isDirectory ?? false }] : []
  })
}
