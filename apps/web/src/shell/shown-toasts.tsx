'use client'
import { useTheme } from 'next-themes'
import { useEffect } from 'react'
import { Toaster as Sonner, toast as show } from 'sonner'
import { toasts } from './toast.ts'

export function ShownToasts() {
  const { resolvedTheme } = useTheme()
  useEffect(() => {
    const showAll = () => {
      for (const { kind, title, description } of toasts.takeAll()) show[kind](title, { description })
    }
    showAll()
    return toasts.subscribe(showAll)
  }, [])
  return (
    <Sonner
      theme={resolvedTheme === 'dark' ? 'dark' : 'light'}
      position="bottom-right"
      closeButton
      toastOptions={{
        classNames: {
          toast: 'rounded-md! border-line! bg-raised! text-ink! shadow-overlay! font-sans! text-base!',
          description: 'text-ink-2!',
        },
      }}
    />
  )
}
