'use client'
import { lazy, Suspense, useSyncExternalStore } from 'react'
import { toasts } from './toast.ts'

const ShownToasts = lazy(async () => ({ default: (await import('./shown-toasts.tsx')).ShownToasts }))

export function Toaster() {
  const isWanted = useSyncExternalStore(toasts.subscribe, toasts.isWanted, () => false)
  return <Suspense>{isWanted ? <ShownToasts /> : null}</Suspense>
}
