'use client'
import { lazy, type ReactNode, Suspense, useState } from 'react'

const OpenedDialog = lazy(async () => ({ default: (await import('./dialog-parts.tsx')).OpenedDialog }))
const OpenedConfirm = lazy(async () => ({ default: (await import('./dialog-parts.tsx')).OpenedConfirm }))

export type DialogProps = {
  open: boolean
  onOpenChange: (open: boolean) => void
  title: string
  description?: ReactNode
  children: ReactNode
  /** `drawer`: from the right edge, for reading beside the page. */
  shape?: 'dialog' | 'drawer'
}

/** Whether it is open or was: until then its code is not loaded, and afterwards it stays, so that it can close in its own way. */
function useWasOpen(open: boolean): boolean {
  const [was, setWas] = useState(open)
  if (open && !was) setWas(true)
  return was || open
}

export function Dialog(props: DialogProps) {
  return useWasOpen(props.open) ? (
    <Suspense>
      <OpenedDialog {...props} />
    </Suspense>
  ) : null
}

export type ConfirmProps = {
  open: boolean
  onOpenChange: (open: boolean) => void
  title: string
  description: ReactNode
  /** The verb on the button: "Delete". */
  action: string
  onConfirm: () => void
}

/** Asks before something that cannot be undone. Focus starts on Cancel. */
export function Confirm(props: ConfirmProps) {
  return useWasOpen(props.open) ? (
    <Suspense>
      <OpenedConfirm {...props} />
    </Suspense>
  ) : null
}
