'use client'
import type { CaptureView } from '@sonde/contract'
import { Button, Dialog } from '@sonde/ui'
import { X } from 'lucide-react'
import { useIsNarrow } from '../capture/use-is-narrow.ts'
import type { UpdateView } from '../capture/use-view-state.ts'
import { NotesPanel } from './notes-panel.tsx'
import type { NotesStore, OpenedNotes } from './notes-store.ts'

export type NotesDrawerProps = { store: NotesStore; opened: OpenedNotes; capture: CaptureView; update: UpdateView }

/** The notes beside the panes, which make room for them; over everything where it is narrow. */
export function NotesDrawer(props: NotesDrawerProps) {
  const { store } = props
  const isNarrow = useIsNarrow()
  const close = () => store.close()
  if (isNarrow)
    return (
      <Dialog shape="drawer" open onOpenChange={(open) => (open ? null : close())} title="Notes">
        <NotesPanel {...props} />
      </Dialog>
    )
  return (
    <aside
      aria-label="Notes"
      data-testid="notes-drawer"
      className="fixed top-11 right-0 bottom-0 z-20 flex w-[392px] flex-col border-line border-l bg-surface print:hidden"
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.defaultPrevented) return
        event.preventDefault()
        close()
      }}
    >
      <header className="flex items-center gap-2 border-line border-b py-1.5 pr-1.5 pl-3">
        <h2 className="flex-1 font-semibold text-lg">Notes</h2>
        <Button variant="ghost" icon aria-label="Close the notes" onClick={close}>
          <X />
        </Button>
      </header>
      <NotesPanel {...props} isScrolling />
    </aside>
  )
}
