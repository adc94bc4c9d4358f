'use client'
import { useTheme } from 'next-themes'
import { Toaster as Sonner } from 'sonner'

export function Toaster() {
  const { resolvedTheme } = useTheme()
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
